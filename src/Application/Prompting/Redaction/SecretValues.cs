using System.Buffers;
using System.Collections.Frozen;

namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>Tells the value of a secret from what stands in its place: a word, a variable, a call, a row of stars.</summary>
internal static class SecretValues
{
    private const int ShortestPassword = 4;
    private const int LongestWord = 16;

    private static readonly FrozenSet<string> Words = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "null", "none", "nil", "true", "false", "undefined", "string", "bytes", "text", "required", "optional", "password", "passwd", "secret", "token", "empty", "default", "example", "invalid", "incorrect", "wrong",
        "hidden", "redacted", "unknown", "todo", "object", "number", "boolean", "varchar", "this", "self", "your", "must", "should", "when", "with", "that");

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Word = Words.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly SearchValues<char> Fillers = SearchValues.Create("*xX.•-_#?…");
    private static readonly SearchValues<char> Identifier = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_.");

    /// <summary>Whether it is one.</summary>
    /// <param name="value">The value.</param>
    /// <param name="kind">What its name says that it is.</param>
    /// <param name="name">Its name.</param>
    /// <param name="isQuoted">Whether it stands between quotes.</param>
    /// <param name="isSure">Whether it is written as programs write a value, so that a plain word will do.</param>
    public static bool IsLikely(ReadOnlySpan<char> value, SensitiveKind kind, ReadOnlySpan<char> name, bool isQuoted, bool isSure)
    {
        if (value.Length < ShortestPassword || IsStandIn(value) || IsName(value, name, isQuoted))
            return false;
        if (kind != SensitiveKind.Password)
            return !value.Contains(' ') && Randomness.IsRandom(value);
        if (value.ContainsAny(' ', '\t'))
            return value.ContainsAnyInRange('0', '9');
        // A directory, as PWD has it.
        if (name.Equals("pwd", StringComparison.OrdinalIgnoreCase) && value[0] is '/' or '~')
            return false;
        return !IsPlainWord(value) || (isSure || isQuoted) && !IsTitle(value);
    }

    private static bool IsStandIn(ReadOnlySpan<char> value) => value.IndexOfAnyExcept(Fillers) < 0
        || (value[0] is '<' or '{' or '[' or '(')
        || (value[0] == '%' && value[^1] == '%')
        || (value[0] == '$' && (value[1] is '{' or '(' || value[1..].IndexOfAnyExcept(Identifier) < 0))
        || value.StartsWith("process.env", StringComparison.Ordinal) || value.StartsWith("os.environ", StringComparison.Ordinal)
        || (value.Length <= LongestWord && Word.Contains(value.TrimEnd("?!.")));

    // A variable, a member or a call: config.password, userPassword, get_password(…).
    private static bool IsName(ReadOnlySpan<char> value, ReadOnlySpan<char> name, bool isQuoted)
    {
        var end = value.IndexOfAnyExcept(Identifier);
        if (isQuoted)
            return value.Equals(name, StringComparison.OrdinalIgnoreCase);
        return end < 0 ? value.Contains('.') || value.Contains(name, StringComparison.OrdinalIgnoreCase) : end > 0 && value[end] is '(' or '[';
    }

    private static bool IsPlainWord(ReadOnlySpan<char> value)
    {
        foreach (var c in value)
        {
            if (!char.IsLetter(c) && c is not ('-' or '\'' or '’' or '_' or '.' or '/' or '!' or '?'))
                return false;
        }

        return true;
    }

    // The text of a label, such as "Passwort".
    private static bool IsTitle(ReadOnlySpan<char> value)
    {
        foreach (var c in value[1..])
        {
            if (!char.IsLower(c))
                return false;
        }

        return char.IsUpper(value[0]);
    }
}
