using System.Buffers;
using System.Collections.Frozen;

namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>Keys and tokens that are known by how they begin.</summary>
internal static class KeyShapes
{
    private const int Read = 256;
    private const string AwsKey = "AKIA";
    private const string AwsSession = "ASIA";
    private const int AwsSecretLength = 40;

    private static readonly SearchValues<char> Word = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");
    private static readonly SearchValues<char> Dotted = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.~/+=");
    private static readonly SearchValues<char> Upper = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");
    private static readonly SearchValues<char> Base64 = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

    private static readonly KeyShape[] All =
    [
        // Services of models.
        new("sk-", 20, Word, Mixed: true), new("gsk_", 20, Word), new("xai-", 20, Word), new("pplx-", 20, Word), new("hf_", 16, Word), new("r8_", 16, Word), new("nvapi-", 20, Word),
        new("tvly-", 16, Word), new("AIza", 30, Word), new("ya29.", 20, Word), new("GOCSPX-", 20, Word), new("clk_", 40, Word), new("lsv2_", 20, Word),
        // Clouds.
        .. new[] { AwsKey, AwsSession, "ABIA", "ACCA" }.Select(prefix => new KeyShape(prefix, 16, Upper, Most: 16)), new("LTAI", 12, Word, Mixed: true), new("AKID", 13, Word, Mixed: true),
        new("dop_v1_", 32, Word), new("doo_v1_", 32, Word), new("hvs.", 20, Word), new("hvb.", 20, Word), new("dapi", 32, Hex), new("v^1.1#", 20, Dotted),
        // Code and packages.
        .. new[] { "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_" }.Select(prefix => new KeyShape(prefix, 20, Word)),
        .. new[] { "glpat-", "glptt-", "gldt-", "glrt-", "glcbt-", "glft-", "glsoat-" }.Select(prefix => new KeyShape(prefix, 16, Word)),
        new("npm_", 30, Word), new("pypi-", 30, Word), new("rubygems_", 30, Word), new("dckr_pat_", 20, Word), new("ATATT3", 20, Dotted), new("ATBB", 24, Word, Mixed: true), new("PMAK-", 20, Word),
        new("figd_", 20, Word), new("lin_api_", 20, Word), new("ntn_", 20, Word), new("sntrys_", 20, Dotted), new("glsa_", 20, Word), new("sbp_", 20, Word), new("sb_secret_", 16, Word),
        // Messages and money.
        .. new[] { "xoxb-", "xoxa-", "xoxp-", "xoxr-", "xoxs-", "xoxe-", "xoxe.", "xoxc-", "xoxd-", "xapp-" }.Select(prefix => new KeyShape(prefix, 10, Dotted)),
        new("hooks.slack.com/services/", 20, Dotted), new("discord.com/api/webhooks/", 20, Dotted), new("discordapp.com/api/webhooks/", 20, Dotted),
        .. new[] { "sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_" }.Select(prefix => new KeyShape(prefix, 16, Dotted)),
        new("SG.", 32, Dotted), new("key-", 32, Hex, Most: 32), new("SK", 32, Hex, Most: 32), new("sq0atp-", 20, Word), new("sq0csp-", 20, Word),
        new("shpat_", 20, Word), new("shpss_", 20, Word), new("shpca_", 20, Word), new("shppa_", 20, Word),
    ];

    private static readonly FrozenDictionary<char, KeyShape[]> ByFirst = All.GroupBy(shape => shape.Prefix[0])
        .ToFrozenDictionary(same => same.Key, same => same.OrderByDescending(shape => shape.Prefix.Length).ToArray());

    /// <summary>How they begin.</summary>
    public static IEnumerable<string> Prefixes => [.. All.SelectMany(Triggers), "eyJ", ":AA", "8Q~", "7Q~"];

    /// <summary>The end of the key that begins at a place; 0 for none.</summary>
    public static int EndAt(ReadOnlySpan<char> text, int start)
    {
        if (start > 0 && (Bounds.IsWord(text[start - 1]) || text[start - 1] == '-'))
            return 0;
        if (text[start..].StartsWith("eyJ", StringComparison.Ordinal))
            return WebTokenEnd(text, start);
        foreach (var shape in ByFirst.GetValueOrDefault(text[start], []))
        {
            if (text[start..].StartsWith(shape.Prefix, StringComparison.Ordinal) && ShapeEnd(text, start + shape.Prefix.Length, shape) is > 0 and var end)
                return end;
        }

        return 0;
    }

    /// <summary>The key around a mark that stands inside: a bot's number and its token, or the version in a secret of Azure.</summary>
    public static bool TryFindAround(ReadOnlySpan<char> text, int mark, out int start, out int end)
    {
        (start, end) = (mark, 0);
        var isBot = text[mark] == ':';
        while (start > 0 && mark - start < 10 && (isBot ? char.IsAsciiDigit(text[start - 1]) : Dotted.Contains(text[start - 1])) && (isBot || mark - start < 3))
            start--;
        if (!text[mark..].StartsWith(isBot ? ":AA" : text[mark] == '8' ? "8Q~" : "7Q~", StringComparison.Ordinal))
            return false;
        end = Run(text, mark + 3, isBot ? Word : Dotted);
        var length = end - mark - 3;
        return isBot ? mark - start >= 8 && length is >= 32 and <= 34 : mark - start == 3 && length is >= 30 and <= 36;
    }

    /// <summary>The secret that stands behind the key id of AWS there, with nothing between but what separates two values; false for none.</summary>
    public static bool TryFindAwsSecret(ReadOnlySpan<char> text, int key, int keyEnd, out int start, out int end)
    {
        (start, end) = (keyEnd, 0);
        if (!text[key..].StartsWith(AwsKey, StringComparison.Ordinal) && !text[key..].StartsWith(AwsSession, StringComparison.Ordinal))
            return false;
        while (start < text.Length && start - keyEnd < 8 && text[start] is ' ' or ',' or ':' or ';' or '"' or '\'' or '\n' or '\r' or '\t' or '|' or '/')
            start++;
        end = Run(text, start, Base64);
        return start > keyEnd && end - start == AwsSecretLength;
    }

    // The search is fast for up to 80 beginnings of three characters and more. One of two is told apart by what follows; those that begin alike are one.
    private static IEnumerable<string> Triggers(KeyShape shape) => shape.Prefix.Length > 2 ? [shape.Prefix] : "0123456789abcdef".Select(digit => shape.Prefix + digit);

    private static int ShapeEnd(ReadOnlySpan<char> text, int body, KeyShape shape)
    {
        var end = Run(text[..Math.Min(text.Length, body + Read)], body, shape.Alphabet);
        while (end > body && text[end - 1] is '.' or '-' or '/')
            end--;
        var length = end - body;
        if (length < shape.Least || length > shape.Most || (shape.Most < Read && end < text.Length && Bounds.IsWord(text[end])))
            return 0;
        return shape.Mixed && !Randomness.IsMixed(text[body..end]) ? 0 : length < Read ? end : Run(text, end, shape.Alphabet);
    }

    // Header, claims and signature, or the five parts of an encrypted one (RFC 7515, RFC 7516).
    private static int WebTokenEnd(ReadOnlySpan<char> text, int start)
    {
        var (end, dots) = (Run(text, start, Word), 0);
        if (end - start < 12)
            return 0;
        while (dots < 4 && end < text.Length && text[end] == '.')
        {
            var part = Run(text, end + 1, Word);
            if (part == end + 1 && dots == 0)
                return 0;
            (end, dots) = (part, dots + 1);
        }

        return dots >= 2 ? (text[end - 1] == '.' && dots > 2 ? end - 1 : end) : 0;
    }

    private static int Run(ReadOnlySpan<char> text, int start, SearchValues<char> alphabet) =>
        text[start..].IndexOfAnyExcept(alphabet) is >= 0 and var length ? start + length : text.Length;
}

/// <summary>How keys of one issuer look.</summary>
/// <param name="Prefix">How they begin.</param>
/// <param name="Least">The fewest characters behind that.</param>
/// <param name="Alphabet">What these can be.</param>
/// <param name="Mixed">Whether names begin so too, so that what follows has to look drawn by lot.</param>
/// <param name="Most">The most characters; more than is ever read for no bound.</param>
internal sealed record KeyShape(string Prefix, int Least, SearchValues<char> Alphabet, bool Mixed = false, int Most = int.MaxValue);
