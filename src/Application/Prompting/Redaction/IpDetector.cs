using System.Buffers;

namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>
/// Finds IP addresses. Addresses that identify no host stay: loopback, unspecified and broadcast addresses and network masks. Four small numbers are a version
/// rather than an address, unless something near them says otherwise.
/// </summary>
internal static class IpDetector
{
    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdefABCDEF");

    private static readonly ContextWords Addresses = new(
        "ip", "host", "server", "address", "ping", "ssh", "connect", "subnet", "gateway", "login", "client", "request", "traffic", "source", "dns", "router", "adresse", "servidor", "serveur", "адрес", "地址", "アドレス");

    private static readonly ContextWords Versions = new("version", "ver.", "release", "build", "firmware", "upgrade", "update", "bump", "driver", "versión", "версия", "版本", "バージョン");

    /// <summary>An address with dots that begins with the digit there.</summary>
    public static bool TryFindV4(ScannedText scanned, int start, out Sighting found)
    {
        found = default;
        var text = scanned.Folded;
        if (!Bounds.BeginsAt(text, start) || !TryReadV4(text, start, out var end, out var first, out var isSmall) || !MayEnd(text, end) || IsNobodys(text[start..end], first))
            return false;
        if (Versions.Precede(scanned, start) && !HasPort(text, end))
            return false;
        if (isSmall && !HasPort(text, end) && !(start > 0 && text[start - 1] is '@' or '/') && !Addresses.Precede(scanned, start))
            return false;
        found = new Sighting(SensitiveKind.Ip, start, end);
        return true;
    }

    /// <summary>An address with colons around the colon there, that does not begin before a place.</summary>
    public static bool TryFindV6(ReadOnlySpan<char> text, int colon, int least, out Sighting found)
    {
        found = default;
        var start = colon;
        while (start > least && colon - start < 4 && Hex.Contains(text[start - 1]))
            start--;
        if ((start > 0 && (Bounds.IsWord(text[start - 1]) || text[start - 1] is ':' or '.')) || !TryReadV6(text, start, out var end)
            || !MayEndV6(text, end) || !IsSomebodys(text[start..end]))
            return false;
        found = new Sighting(SensitiveKind.Ip, start, end);
        return true;
    }

    private static bool TryReadV4(ReadOnlySpan<char> text, int start, out int end, out int first, out bool isSmall)
    {
        (end, first, isSmall) = (start, 0, true);
        for (var part = 0; part < 4; part++)
        {
            if (part > 0 && (end >= text.Length || text[end++] != '.'))
                return false;
            var (begin, value) = (end, 0);
            for (; end < text.Length && end - begin < 4 && char.IsAsciiDigit(text[end]); end++)
                value = (value * 10) + text[end] - '0';
            if (end == begin || value > 255 || (end - begin > 1 && text[begin] == '0'))
                return false;
            first = part == 0 ? value : first;
            isSmall &= value < 100;
        }

        return true;
    }

    private static bool TryReadV6(ReadOnlySpan<char> text, int start, out int end)
    {
        var (groups, isShort) = (0, false);
        end = start;
        while (end < text.Length && groups < 8)
        {
            if (text[end..].StartsWith("::", StringComparison.Ordinal) && !isShort)
                (isShort, end) = (true, end + 2);
            else if (groups > 0 && text[end] == ':')
                end++;
            else if (groups > 0)
                break;
            var digits = end;
            while (digits < text.Length && digits - end < 5 && Hex.Contains(text[digits]))
                digits++;
            if (digits < text.Length && digits > end && text[digits] == '.' && TryReadV4(text, end, out var dotted, out _, out _))
            {
                (groups, end) = (groups + 2, dotted);
                break;
            }

            if (digits == end)
            {
                if (end == start)
                    return false;
                // A colon behind the last group belongs to the sentence.
                if (text[end - 1] == ':' && !(end > 1 && text[end - 2] == ':'))
                    end--;
                break;
            }

            if (digits - end > 4)
                return false;
            (groups, end) = (groups + 1, digits);
        }

        return isShort ? groups < 8 : groups == 8;
    }

    // Of the ranges that are given out: hex words with colons between them, such as names of C++, are in none.
    private static bool IsSomebodys(ReadOnlySpan<char> address) =>
        (address.IndexOf(':') == 4 && address[0] is '2' or '3' or 'f' or 'F')
        || address.StartsWith("64:ff9b:", StringComparison.OrdinalIgnoreCase)
        || (address.StartsWith("::ffff:", StringComparison.OrdinalIgnoreCase) && address.Contains('.') && !address[7..].StartsWith("127.", StringComparison.Ordinal));

    private static bool IsNobodys(ReadOnlySpan<char> address, int first) => first is 0 or 127 || address.StartsWith("255.", StringComparison.Ordinal);

    private static bool MayEnd(ReadOnlySpan<char> text, int end) => Bounds.EndsAt(text, end) && !(end < text.Length && text[end] is '-' or '+');

    private static bool MayEndV6(ReadOnlySpan<char> text, int end) =>
        end == text.Length || !(Bounds.IsWord(text[end]) || (text[end] == ':' && end + 1 < text.Length && (Bounds.IsWord(text[end + 1]) || text[end + 1] == ':')));

    // Behind a port or the length of a prefix.
    private static bool HasPort(ReadOnlySpan<char> text, int end) => end + 1 < text.Length && text[end] is ':' or '/' && char.IsAsciiDigit(text[end + 1]);
}
