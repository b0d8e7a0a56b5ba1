using System.Resources;
using CleanLlm.Domain.Users;

namespace CleanLlm.Application.Accounts;

/// <summary>
/// Passwords that attackers try first (NIST SP 800-63B-4, 3.1.1.2): those of known breaches, and what people make of a common word,
/// of their own address or of the keyboard to reach a length.
/// </summary>
internal static class CommonPasswords
{
    private const int LongestRepeatedUnit = 6;
    private const int ShortestWalk = 3;
    private const int FewCharacters = 3;

    // Rows, columns and diagonals of keyboards, alphabet and digits, each also read backwards.
    private static readonly string[] Paths =
    [
        .. new[]
        {
            "abcdefghijklmnopqrstuvwxyz", "12345678901234567890", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "qwertzuiop", "yxcvbnm",
            "azertyuiop", "qsdfghjklm", "wxcvbn", "!@#$%^&*()_+", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/", "qazwsxedcrfvtgbyhnujmikolp",
            "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0", "a1b2c3d4e5f6g7h8i9", "aqwzsxedcrfv",
        }.SelectMany(path => new[] { path, Reverse(path) }),
    ];

    private static readonly Lazy<HashSet<string>> Known = new(Read);

    /// <summary>Whether the password is one of them.</summary>
    /// <param name="password">As it was typed; its case and spaces make no difference.</param>
    /// <param name="email">The address of the account: what is in it is no secret.</param>
    public static bool Contain(string password, string? email)
    {
        var text = Squeeze(password);
        return text.Length == 0
            || Known.Value.Contains(text)
            || PeriodOf(text) <= LongestRepeatedUnit
            || LengthWithoutWalks(text) <= FewCharacters
            || IsDressedWord(text, WordsOf(email));
    }

    private static string Squeeze(string text) => new([.. text.Where(c => !char.IsWhiteSpace(c)).Select(char.ToLowerInvariant)]);

    private static string Reverse(string text) => new([.. text.Reverse()]);

    // The length of what the text repeats from its start to its end, the last time perhaps cut short; its own when it repeats nothing.
    private static int PeriodOf(string text)
    {
        for (var period = 1; period <= text.Length / 2; period++)
        {
            if (text.AsSpan(period).SequenceEqual(text.AsSpan(0, text.Length - period)))
                return period;
        }

        return text.Length;
    }

    // How much is left when every walk along a path is taken out.
    private static int LengthWithoutWalks(string text)
    {
        var left = 0;
        for (var i = 0; i < text.Length;)
        {
            var walk = Paths.Max(path => WalkAt(text.AsSpan(i), path));
            if (walk < ShortestWalk)
                left++;
            i += walk < ShortestWalk ? 1 : walk;
        }

        return left;
    }

    // A walk may stand on one key.
    private static int WalkAt(ReadOnlySpan<char> text, string path)
    {
        var same = text.IndexOfAnyExcept(text[0]) is var end and >= 0 ? end : text.Length;
        var longest = same;
        for (var at = path.IndexOf(text[0], StringComparison.Ordinal); at >= 0; at = path.IndexOf(text[0], at + 1))
            longest = Math.Max(longest, text.CommonPrefixLength(path.AsSpan(at)));
        return longest;
    }

    // A word between digits and signs, with some of its letters written as digits or signs, perhaps twice.
    private static bool IsDressedWord(string text, HashSet<string> own)
    {
        var core = text.AsSpan().Trim("0123456789 !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~").ToString();
        var plain = new string([.. core.Select(Undress)]);
        return IsWord(core) || IsWord(plain) || IsWord(core[..PeriodOf(core)]) || IsWord(plain[..PeriodOf(plain)]);

        bool IsWord(string word) => word.Length > 0 && (Known.Value.Contains(word) || own.Contains(word));
    }

    private static char Undress(char c) => c switch
    {
        '0' => 'o',
        '1' or '!' => 'i',
        '3' => 'e',
        '4' or '@' => 'a',
        '5' or '$' => 's',
        '7' => 't',
        _ => c,
    };

    // The address itself, what stands before and after the @, the parts of both, and the product's name.
    private static HashSet<string> WordsOf(string? email)
    {
        var address = EmailAddress.Of(email) is { } known ? Squeeze(known.Value) : "";
        string[] words =
        [
            "cleanllm", address, address.Replace("@", "", StringComparison.Ordinal),
            .. address.Split('@'), .. address.Split('@', '.'), .. address.Split('@', '.', '_', '-', '+'),
        ];
        return words.Where(word => word.Length >= ShortestWalk).ToHashSet(StringComparer.Ordinal);
    }

    private static HashSet<string> Read()
    {
        var type = typeof(CommonPasswords);
        using var stream = type.Assembly.GetManifestResourceStream(type, "CommonPasswords.txt")
            ?? throw new MissingManifestResourceException();
        using var reader = new StreamReader(stream);
        var known = new HashSet<string>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#'))
                known.Add(line);
        }

        return known;
    }
}
