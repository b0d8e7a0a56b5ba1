using System.Buffers;
using System.Globalization;

namespace CleanLlm.Domain.Users;

/// <summary>
/// An e-mail address in the one way in which it is stored: the part before the @ in NFC (RFC 6532, 3.1), the domain in lower case and in
/// ASCII (IDNA by UTS 46, non-transitional, STD 3). So another spelling of a domain makes no second account and no second budget.
/// </summary>
public sealed class EmailAddress
{
    /// <summary>The longest address as it is stored, in characters (RFC 5321, 4.5.3.1.3: a path of 256 with its brackets).</summary>
    public const int MaxLength = 254;

    // A composed character comes from four at most; whatever is longer cannot become short enough, and normalising it is work.
    private const int LongestText = 4 * MaxLength;

    // RFC 5322, 3.2.3: what needs quotes. Quoted local parts are not taken.
    private static readonly SearchValues<char> Specials = SearchValues.Create("<>(),;:\"\\[]@");

    private static readonly IdnMapping Idna = new() { UseStd3AsciiRules = true };

    private EmailAddress(string value, string written)
    {
        Value = value;
        Key = Fold(value);
        Keys = [.. new[] { Fold(written), Key, Fold(WithUnicodeDomain(value)) }.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The address as it is stored and written to.</summary>
    public string Value { get; }

    /// <summary>What addresses are compared by: two with one key are the same.</summary>
    public string Key { get; }

    /// <summary>
    /// The keys by which an account may be stored, the most exact first: accounts made before domains were stored in ASCII have the address
    /// as it was typed then.
    /// </summary>
    public IReadOnlyList<string> Keys { get; }

    /// <summary>The address of a new account; null when the text is none that is acceptable. White space around it is no part of it.</summary>
    public static EmailAddress? Of(string? text)
    {
        text = text?.Trim();
        if (text is not { Length: > 2 and <= LongestText } || !UnicodeText.IsWhole(text))
            return null;

        var written = text.Normalize();
        var at = written.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && IsLocalPart(written.AsSpan(0, at)) && AsciiDomain(written[(at + 1)..]) is { } domain && at + 1 + domain.Length <= MaxLength
            ? new EmailAddress(written[..(at + 1)] + domain, written)
            : null;
    }

    /// <summary>
    /// The address by which an account is looked up, or that is stored with one: also one that was acceptable when the account was made.
    /// Null for any other text.
    /// </summary>
    public static EmailAddress? OfAccount(string? text)
    {
        if (Of(text) is { } address)
            return address;

        text = text?.Trim();
        return WasAcceptable(text) && text!.Normalize() is var written ? new EmailAddress(written, written) : null;
    }

    /// <summary>What a part of an address looks like where addresses are stored; the text itself when it holds no domain.</summary>
    public static string PartOf(string text)
    {
        if (text.Length > LongestText || !UnicodeText.IsWhole(text))
            return text;
        var from = text.LastIndexOf('@') + 1;
        return AsciiDomain(text[from..]) is { } domain ? text[..from].Normalize() + domain : text;
    }

    /// <inheritdoc />
    /// <remarks>Addresses belong into no log.</remarks>
    public override string ToString() => "(address)";

    private static string Fold(string address) => address.ToUpperInvariant();

    private static bool IsLocalPart(ReadOnlySpan<char> text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (!UnicodeText.IsVisible(rune))
                return false;
        }

        return !text.ContainsAny(Specials);
    }

    // The dot of the root is no part of a domain in an address; IDNA knows three other characters for a dot.
    private static string? AsciiDomain(string domain)
    {
        try
        {
            return Idna.GetAscii(domain.ToLowerInvariant()) is var ascii && ascii.EndsWith('.') ? ascii[..^1] : ascii;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static string WithUnicodeDomain(string address)
    {
        var from = address.IndexOf('@', StringComparison.Ordinal) + 1;
        return address.AsSpan(from).Contains("xn--", StringComparison.Ordinal) ? address[..from] + Idna.GetUnicode(address[from..]) : address;
    }

    // The rule before this one: one @ with something on both sides, no white space, no control characters.
    private static bool WasAcceptable(string? text) =>
        text is { Length: > 2 and <= MaxLength }
        && text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at
        && at == text.LastIndexOf('@')
        && at < text.Length - 1
        && !text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))
        && UnicodeText.IsWhole(text);
}
