using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using CleanLlm.Application.Accounts;
using CleanLlm.Domain.Users;

namespace CleanLlm.WebApi.Http;

/// <summary>Says what cannot be read in a request, without the .NET type names of the framework's own messages.</summary>
internal static partial class MalformedRequest
{
    private const int LongestPath = 120;

    // Where the words of bodies are declared.
    private static readonly Assembly[] Vocabularies = [typeof(UserRole).Assembly, typeof(IUserRepository).Assembly, typeof(MalformedRequest).Assembly];

    /// <summary>One sentence for the caller.</summary>
    public static string Describe(BadHttpRequestException exception) => exception.InnerException switch
    {
        JsonException json => Describe(json),
        _ when exception.Message.Contains("body", StringComparison.OrdinalIgnoreCase) => "The request needs a JSON body.",
        _ when Parameter().Match(exception.Message) is { Success: true } match => $"The parameter '{match.Groups["name"].Value}' is missing or cannot be read.",
        _ => "The request cannot be read.",
    };

    private static string Describe(JsonException json)
    {
        var path = json.Path is { Length: > 0 } known ? known : "$";
        if (path.Length > LongestPath)
            path = string.Concat(path.AsSpan(0, LongestPath), "…");
        if (Words(json.Message, path[(path.LastIndexOf('.') + 1)..]) is { } words)
            return $"{(path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path)} must be one of {words}.";
        return $"The body is not the JSON expected at {path} (line {(json.LineNumber ?? 0) + 1}, byte {(json.BytePositionInLine ?? 0) + 1}): "
            + "it is malformed, nested too deeply, of another type, or a property is unknown or given twice.";
    }

    // The framework's message names the type that a value should have been of, or the type that the property belongs to.
    private static string? Words(string message, string member)
    {
        var name = Expected().Match(message).Groups["type"].Value;
        var type = name.Length == 0 ? null : Array.ConvertAll(Vocabularies, assembly => assembly.GetType(name)).FirstOrDefault(found => found is not null);
        if (type is { IsEnum: false })
            type = type.GetProperty(member, BindingFlags.Instance | BindingFlags.Public | BindingFlags.IgnoreCase)?.PropertyType;
        type = type is null ? null : Nullable.GetUnderlyingType(type) ?? type;
        return type is { IsEnum: true } ? string.Join(", ", Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName)) : null;
    }

    [GeneratedRegex("could not be converted to (System\\.Nullable`1\\[)?(?<type>CleanLlm([.+]\\w+)+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 2_000)]
    private static partial Regex Expected();

    [GeneratedRegex("parameter \"[^\"]*?(?<name>\\w+)\"", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 2_000)]
    private static partial Regex Parameter();
}
