using System.Buffers;

namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>Finds name and password, or a token, in front of the host of an address.</summary>
internal static class UrlCredentials
{
    /// <summary>What stands in front of them.</summary>
    public const string Prefix = "://";

    private const int Longest = 512;

    private static readonly SearchValues<char> Ends = SearchValues.Create(" \t\r\n/?#<>\"`" + Bounds.EscapedBreak);

    /// <summary>The credential behind the mark there.</summary>
    public static bool TryFind(ReadOnlySpan<char> text, int mark, out Sighting found)
    {
        var start = mark + Prefix.Length;
        var authority = text[start..Math.Min(text.Length, start + Longest)];
        authority = authority.IndexOfAny(Ends) is >= 0 and var end ? authority[..end] : authority;
        var at = authority.LastIndexOf('@');
        found = new Sighting(SensitiveKind.UrlCredential, start, start + at);
        return at > 0 && at < authority.Length - 1 && IsSecret(authority[..at]);
    }

    // A name alone, as in git@host, opens nothing; nor does a variable that stands for a password.
    private static bool IsSecret(ReadOnlySpan<char> user) =>
        user.IndexOf(':') is >= 0 and var colon
            ? colon < user.Length - 1 && user[colon + 1] is not ('$' or '{' or '*' or '[')
            : Randomness.IsRandom(user) && user.Length >= 16;
}
