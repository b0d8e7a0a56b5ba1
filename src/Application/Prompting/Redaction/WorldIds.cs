using static CleanLlm.Application.Prompting.Redaction.Checksums;

namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>Numbers of people outside Europe, by the rules that their states publish.</summary>
internal static class WorldIds
{
    private const string ChineseMarks = "10X98765432";
    private const string CurpCharacters = "0123456789ABCDEFGHIJKLMN_OPQRSTUVWXYZ";

    // What the letter of a Taiwanese number counts, A to Z.
    private static readonly int[] TaiwaneseLetters =
        [10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33];

    public static IReadOnlyList<NationalIdRule> All { get; } =
    [
        new("ddddddddd", IsSocialSecurity, "3-2-4, 3 2 4, 3.2.4?, 9?", "ssn", "social security", "itin", "seguro social", "taxpayer", "tax id"),
        new("ddddddddddd", IsCpf, "3.3.3-2, 3 3 3 2, 3-3-3-2, 11?", "cpf", "cadastro"),
        new("dddddddddddddd", IsCnpj, "2.3.3/4-2, 14?", "cnpj", "cadastro"),
        new("dddddddddddd", number => number[0] > '1' && Verhoeff(number), "4 4 4, 4-4-4, 12?", "aadhaar", "aadhar", "uidai", "आधार"),
        new("AAAAAddddA", number => number[3] is 'P', "10", "pan"),
        new("AAAAAddddA", number => "ABCFGHJLT".Contains(number[3], StringComparison.Ordinal), "10?", "pan ", "pan:", "permanent account"),
        new("dddddddddddddddddX", IsChinese, "18, 6 8 4", "身份证"),
        new("ddddddddddddd", IsKorean, "6-7, 13?", "주민", "rrn", "resident registration"),
        new("ddddddddd", number => number[0] is not ('0' or '8') && Luhn(number), "3-3-3, 3 3 3?, 9?", "sin:", "sin number", "(sin)", "social insurance", "assurance sociale", "nas:"),
        new("ddddddddd", number => number[0] is '0' && Luhn(number) && number.IndexOfAnyExcept('0') >= 0, "3-3-3?, 3 3 3?, 9?", "sin:", "sin number", "(sin)", "social insurance", "assurance sociale", "nas:"),
        new("ddddddddd", number => Weighted(number, "14375869A") % 11 == 0 && number.IndexOfAnyExcept('0') >= 0, "3 3 3?, 3-3-3?, 9?", "tfn", "tax file"),
        new("dddddddddd", IsMedicare, "4 5 1, 4-5-1, 10?", "medicare"),
        new("ddddddddddd", number => IsMedicare(number[..10]), "4 5 1 1?, 4 5 2?, 11?", "medicare"),
        new("ddddddddddddd", IsSouthAfrican, "13, 6 4 3, 6 4 2 1", "id number", "south african"),
        new("ddddddddddd", IsTurkish, "11?", "tckn", "t.c. kimlik", "tc kimlik", "kimlik"),
        new("ddddddddX", number => IsChilean(number[..8], number[8]), "2.3.3-1, 8-1?", "rut ", "rut:", "run:"),
        new("dddddddX", number => IsChilean(number[..7], number[7]), "1.3.3-1, 7-1?", "rut ", "rut:", "run:"),
        new("ddddddddddd", number => number[..2] is "20" or "23" or "24" or "27" or "30" or "33" or "34" && (11 - (Weighted(number, "5432765432") % 11)) % 11 == number[10] - '0', "2-8-1, 11?", "cuit", "cuil"),
        new("AAAAddddddAAAAAAXd", IsCurp, "18", "curp"),
        new("AdddddddA", IsSingaporean, "9", "nric"),
        new("Addddddddd", number => (TaiwaneseLetters[number[0] - 'A'] is var place && number[1] is '1' or '2' or '8' or '9')
            && ((place / 10) + (place % 10 * 9) + Weighted(number[1..], "87654321") + number[9] - '0') % 10 == 0, "10", "身分證"),
        new("ddddddddddddd", number => number[0] != '0' && (11 - (Weighted(number, "DCBA98765432") % 11)) % 10 == number[12] - '0', "1-4-5-2-1, 1 4 5 2 1, 13?", "บัตรประชาชน", "thai id", "national id"),
        new("dddddddddddd", number => Weighted(number, "65432765432") % 11 is var rest && (rest <= 1 ? 0 : 11 - rest) == number[11] - '0' && number.IndexOfAnyExcept('0') >= 0, "4 4 4?, 4-4-4?, 12?", "マイナンバー", "my number", "個人番号"),
    ];

    // Of a taxpayer without one the first digit is 9, and the middle tells which numbers are given out.
    private static bool IsSocialSecurity(ReadOnlySpan<char> number) => number[3..5] is not "00" && number[5..] is not "0000"
        && (number[0] == '9' ? Number(number[3..5]) is (>= 50 and <= 65) or (>= 70 and <= 88) or (>= 90 and <= 92) or (>= 94 and <= 99) : number[..3] is not ("000" or "666"));

    private static bool IsCpf(ReadOnlySpan<char> number) => number.IndexOfAnyExcept(number[0]) >= 0
        && Brazilian(Weighted(number, "A98765432")) == number[9] - '0' && Brazilian(Weighted(number, "BA98765432")) == number[10] - '0';

    private static bool IsCnpj(ReadOnlySpan<char> number) => number.IndexOfAnyExcept(number[0]) >= 0
        && Brazilian(Weighted(number, "543298765432")) == number[12] - '0' && Brazilian(Weighted(number, "6543298765432")) == number[13] - '0';

    private static int Brazilian(int sum) => sum % 11 < 2 ? 0 : 11 - (sum % 11);

    private static bool IsChinese(ReadOnlySpan<char> number) => number[0] != '0' && number[6..8] is "18" or "19" or "20" && IsDay(number[10..12], number[12..14])
        && ChineseMarks[Weighted(number, "79A584216379A5842") % 11] == number[17];

    private static bool IsKorean(ReadOnlySpan<char> number) => IsDay(number[2..4], number[4..6]) && number[6] is >= '1' and <= '8'
        && (11 - (Weighted(number, "234567892345") % 11)) % 10 == number[12] - '0';

    private static bool IsMedicare(ReadOnlySpan<char> number) => number[0] is >= '2' and <= '6' && Weighted(number, "13791379") % 10 == number[8] - '0';

    private static bool IsSouthAfrican(ReadOnlySpan<char> number) =>
        IsDay(number[2..4], number[4..6]) && number[10] is '0' or '1' or '2' && number[11] is '8' or '9' && Luhn(number);

    private static bool IsTurkish(ReadOnlySpan<char> number)
    {
        var (odd, even) = (Weighted(number, "101010101"), Weighted(number, "01010101"));
        return number[0] != '0' && ((((7 * odd) - even) % 10) + 10) % 10 == number[9] - '0' && (odd + even + number[9] - '0') % 10 == number[10] - '0';
    }

    private static bool IsChilean(ReadOnlySpan<char> digits, char mark)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
            sum += (digits[^(i + 1)] - '0') * (2 + (i % 6));
        return (11 - (sum % 11)) switch { 11 => '0', 10 => 'K', var check => (char)('0' + check) } == mark;
    }

    private static bool IsCurp(ReadOnlySpan<char> number)
    {
        var sum = 0;
        for (var i = 0; i < 17; i++)
            sum += CurpCharacters.IndexOf(number[i], StringComparison.Ordinal) * (18 - i);
        return number[10] is 'H' or 'M' or 'X' && IsDay(number[6..8], number[8..10]) && (10 - (sum % 10)) % 10 == number[17] - '0';
    }

    private static bool IsSingaporean(ReadOnlySpan<char> number) => number[0] switch
    {
        'S' => "JZIHGFEDCBA"[Weighted(number[1..8], "2765432") % 11] == number[8],
        'T' => "JZIHGFEDCBA"[(Weighted(number[1..8], "2765432") + 4) % 11] == number[8],
        'F' => "XWUTRQPNMLK"[Weighted(number[1..8], "2765432") % 11] == number[8],
        'G' => "XWUTRQPNMLK"[(Weighted(number[1..8], "2765432") + 4) % 11] == number[8],
        _ => false,
    };
}
