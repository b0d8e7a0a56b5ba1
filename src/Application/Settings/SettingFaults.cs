using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace CleanLlm.Application.Settings;

/// <summary>Faults as the operator reads them: settings in the form of environment variables, with what was given unless it is secret.</summary>
internal sealed partial class SettingFaults(IConfiguration configuration, IReadOnlyList<SettingsSection> sections)
{
    private const int LongestValue = 80;
    private const string Hidden = "…";

    private readonly HashSet<string> roots = new(sections.Select(section => section.Root), StringComparer.Ordinal);

    /// <summary>One line for each fault, and one fault for each value.</summary>
    public IReadOnlyList<string> Lines(IEnumerable<string> faults) => [.. faults
        .Distinct(StringComparer.Ordinal)
        .DistinctBy(fault => Subject(fault) is { } path && SettingsPath.Property(path, sections) is not null ? path : fault, StringComparer.OrdinalIgnoreCase)
        .Select(Line)];

    private string Line(string fault)
    {
        var subject = Subject(fault);
        var text = Setting().Replace(fault, match => IsOurs(match.Value) ? Variable(match.Value) : match.Value);
        if (subject is null || Given(subject) is not { } given)
            return text;
        var name = Variable(subject);
        return $"{name} (given: '{given}'){text[name.Length..]}";
    }

    private string? Subject(string fault) => Setting().Match(fault) is { Success: true, Index: 0 } match && IsOurs(match.Value) ? match.Value : null;

    private string Variable(string path) => SettingsPath.AsGiven(path, configuration, sections).Replace(":", "__", StringComparison.Ordinal);

    // An unknown name may be a secret's, misspelt: what was given for it is not shown.
    private string? Given(string path)
    {
        if (SettingsPath.Property(path, sections) is not { } property || property.IsDefined(typeof(SecretAttribute), inherit: true))
            return null;
        var value = configuration[SettingsPath.AsGiven(path, configuration, sections)];
        return value is null ? null : Shown(value);
    }

    private static string Shown(string value)
    {
        var line = Public(string.Concat(value.Select(c => char.IsControl(c) ? ' ' : c)));
        return line.Length <= LongestValue ? line : $"{line[..LongestValue]}{Hidden}";
    }

    // Whatever the setting: an address may hold a password before its host and a key behind its path, and a connection string, which may
    // have come to the wrong place, is one secret.
    private static string Public(string value)
    {
        if (Credential().IsMatch(value))
            return Hidden;
        var scheme = value.IndexOf("://", StringComparison.Ordinal) is >= 0 and var end ? end + "://".Length : 0;
        var at = value.LastIndexOf('@');
        var query = Address().IsMatch(value) ? value.AsSpan().IndexOfAny('?', '#') : -1;
        var isUserInfo = at >= 0 && (scheme > 0 || value.AsSpan(0, at).IndexOfAny(':', '/') >= 0);
        if (isUserInfo && query >= 0 && query < at)
            return $"{value[..scheme]}{Hidden}";
        var kept = query < 0 ? value : $"{value[..(query + 1)]}{Hidden}";
        return isUserInfo ? $"{kept[..scheme]}{Hidden}{kept[at..]}" : kept;
    }

    private bool IsOurs(string path) => roots.Contains(path.Split(':')[0]);

    // A name of a secret before its value, as connection strings, JSON and headers write it, or a value that shows by itself what it is.
    // A key is a word of its own, or of a name such as api_key, apikey or AccountKey.
    [GeneratedRegex(
        @"((?i:pass\w*|pwd|secret|token|(\b|_|api|access)key)|[a-z0-9]Key)[""']?\s*[=:]|\b(?i:bearer)\s|\bsk-[\w-]{4}",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Credential();

    // A text may hold question marks; an address has a host or a path before its query, or values in it, and no blanks before that.
    [GeneratedRegex(@"://|^[^\s?#]*[./:@][^\s?#]*[?#]|^[^\s?#]+\?\S*=", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Address();

    [GeneratedRegex(@"\b[A-Z][A-Za-z]*(:\w([^\s:,;']*[^\s:,;'.])?)+", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Setting();
}
