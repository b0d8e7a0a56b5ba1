using static CleanLlm.Application.Prompting.Redaction.Checksums;

namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>Numbers of people in Europe, by the rules that their states publish.</summary>
internal static class EuropeanIds
{
    private const string SpanishLetters = "TRWAGMYFPDXBNJZSQVHLCKE";
    private const string FinnishMarks = "0123456789ABCDEFHJKLMNPRSTUVWXY";
    private const string IrishLetters = "WABCDEFGHIJKLMNOPQRSTUV";

    // The values of 0–9 and A–Z at odd places of an Italian number (decree of 23 December 1976).
    private static readonly int[] ItalianOdds =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

    public static IReadOnlyList<NationalIdRule> All { get; } =
    [
        new("AAddddddA", IsNino, "9, 2 2 2 2 1, 2-2-2-2-1, 2 6 1, 2 6-1", "national insurance", "nino", "ni number"),
        new("dddddddddd", IsNhs, "3 3 4?, 3-3-4?, 10?", "nhs", "patient"),
        new("ddddddddddd", IsSteuerId, "2 3 3 3, 11?", "steuer", "idnr", "id-nr", "identifikationsnummer", "tin ", "tin:", "tax id"),
        new("dddddXXdddddddd", IsNir, "15, 1 2 2 2 3 3 2, 13 2", "sécurité sociale", "nir"),
        new("AAAAAAXXAXXAXXXA", IsItalian, "16, 3 3 5 5", "codice fiscale"),
        new("ddddddddA", number => Spanish(number[..8]) == number[8], "9, 8-1, 8 1, 2.3.3-1", "dni", "nif"),
        new("AdddddddA", IsNie, "9, 1-7-1, 1 7 1", "nie"),
        new("ddddddddd", IsBsn, "4.2.3, 9?, 3 3 3?, 4 2 3?", "bsn", "burgerservice", "sofinummer", "citizen service"),
        new("ddddddddddd", IsBelgian, "2.2.2-3.2, 6-3-2, 6-3.2, 2 2 2 3 2, 11?", "rijksregister", "registre national", "nationalregister", "insz", "niss", "national number"),
        new("dddddddddd", IsSwedish, "6-4, 6+4, 10?", "personnummer", "samordningsnummer", "personal identity", "person nr"),
        new("dddddddddddd", number => number[..2] is "18" or "19" or "20" && IsSwedish(number[2..]), "8-4, 12?", "personnummer", "samordningsnummer", "personal identity", "person nr"),
        new("ddddddAdddX", number => IsFinnish(number[..6], number[7..]) && number[6] is (>= 'A' and <= 'F') or (>= 'U' and <= 'Y'), "11", "hetu"),
        new("dddddddddX", number => IsFinnish(number[..6], number[6..]), "6-4, 6+4", "hetu", "henkilötunnus"),
        new("dddddddddd", IsDanish, "6-4, 6 4?, 10?", "cpr", "personnummer"),
        new("ddddddddddd", IsNorwegian, "6 5, 11?", "fødselsnummer", "fodselsnummer", "personnummer", "d-nummer", "national identity"),
        new("ddddddddddd", IsPesel, "11?", "pesel"),
        new("ddddddddd", number => number[0] is not ('0' or '4') && IsMod11Last(number, "98765432"), "9?, 3 3 3?", "nif", "contribuinte", "tax number"),
        new("dddddddA", IsIrish, "8?, 7 1?", "pps"),
        new("dddddddAA", IsIrish, "9?, 7 2?", "pps"),
        new("ddddddddddddd", number => number[..3] is "756" && (10 - (Weighted(number, "131313131313") % 10)) % 10 == number[12] - '0', "3.4.4.2, 13?", "ahv", "avs", "oasi", "sozialversicherung"),
        new("ddddddddddddd", number => Weighted(number, "279146358279") % 11 is var rest && (rest == 10 ? 1 : rest) == number[12] - '0' && number[0] != '0' && IsDay(number[3..5], number[5..7]), "13?", "cnp", "cod numeric"),
        new("dddddddddd", number => Number(number) % 11 == 0 && IsDay([(char)('0' + (number[2] - '0') % 5), number[3]], number[4..6]), "6/4", "rodné", "birth number"),
    ];

    private static bool IsNino(ReadOnlySpan<char> number) => !"DFIUV".Contains(number[0], StringComparison.Ordinal) && !"DFIOUV".Contains(number[1], StringComparison.Ordinal)
        && number[..2] is not ("BG" or "GB" or "KN" or "NK" or "NT" or "TN" or "ZZ") && number[8] is >= 'A' and <= 'D';

    private static bool IsNhs(ReadOnlySpan<char> number) => IsMod11Last(number, "A98765432") && Weighted(number, "A98765432") % 11 != 1;

    // One digit of the first ten stands there twice or three times, all others at most once.
    private static bool IsSteuerId(ReadOnlySpan<char> number)
    {
        var most = 0;
        for (var digit = '0'; digit <= '9'; digit++)
            most = Math.Max(most, number[..10].Count(digit));
        return number[0] != '0' && most is 2 or 3 && Mod11And10(number);
    }

    private static bool IsNir(ReadOnlySpan<char> number)
    {
        // Corsica is 2A and 2B: 19 and 18 in the sum.
        Span<char> digits = stackalloc char[15];
        number.CopyTo(digits);
        if (number[5] == '2' && number[6] is 'A' or 'B')
            (digits[5], digits[6]) = ('1', number[6] == 'A' ? '9' : '8');
        return digits.IndexOfAnyExceptInRange('0', '9') < 0 && digits[0] is '1' or '2' or '3' or '4' or '7' or '8'
            && Number(digits[3..5]) is (>= 1 and <= 12) or (>= 20 and <= 42) or >= 50
            && 97 - (Number(digits[..13]) % 97) == Number(digits[13..]);
    }

    private static bool IsItalian(ReadOnlySpan<char> number)
    {
        var sum = 0;
        for (var i = 0; i < 15; i++)
        {
            var value = char.IsAsciiDigit(number[i]) ? number[i] - '0' : number[i] - 'A';
            sum += i % 2 == 0 ? ItalianOdds[value] : value;
        }

        return "ABCDEHLMPRST".Contains(number[8], StringComparison.Ordinal) && 'A' + (sum % 26) == number[15];
    }

    private static char Spanish(ReadOnlySpan<char> digits) => SpanishLetters[(int)(Number(digits) % 23)];

    private static bool IsNie(ReadOnlySpan<char> number) =>
        number[0] is >= 'X' and <= 'Z' && SpanishLetters[(int)((((number[0] - 'X') * 10_000_000L) + Number(number[1..8])) % 23)] == number[8];

    private static bool IsBsn(ReadOnlySpan<char> number) => number.IndexOfAnyExcept('0') >= 0 && Weighted(number, "98765432") % 11 == number[8] - '0';

    // The last digit makes the sum a multiple of 11; 10 and 11 are written as 0.
    private static bool IsMod11Last(ReadOnlySpan<char> number, string weights) =>
        11 - (Weighted(number, weights) % 11) is var check && (check > 9 ? 0 : check) == number[^1] - '0';

    private static bool IsBelgian(ReadOnlySpan<char> number) =>
        Number(number[2..4]) % 20 <= 12 && Number(number[4..6]) <= 31 && Number(number[9..]) is var check
        && (97 - (Number(number[..9]) % 97) == check || 97 - ((2_000_000_000 + Number(number[..9])) % 97) == check);

    private static bool IsSwedish(ReadOnlySpan<char> number) =>
        IsDay(number[2..4], [(char)(number[4] > '5' ? number[4] - 6 : number[4]), number[5]]) && Luhn(number);

    private static bool IsFinnish(ReadOnlySpan<char> day, ReadOnlySpan<char> rest) =>
        IsDay(day[2..4], day[..2]) && rest[..3].IndexOfAnyExceptInRange('0', '9') < 0 && FinnishMarks[(int)(((Number(day) * 1000) + Number(rest[..3])) % 31)] == rest[3];

    private static bool IsDanish(ReadOnlySpan<char> number) => IsDay(number[2..4], number[..2]) && Weighted(number, "4327654321") % 11 == 0;

    private static bool IsNorwegian(ReadOnlySpan<char> number) =>
        IsDay([(char)(number[2] > '3' ? number[2] - 4 : number[2]), number[3]], [(char)(number[0] > '3' ? number[0] - 4 : number[0]), number[1]])
        && Weighted(number, "3761894521") % 11 == 0 && Weighted(number, "54327654321") % 11 == 0;

    private static bool IsPesel(ReadOnlySpan<char> number) =>
        IsDay([(char)('0' + ((number[2] - '0') % 2)), number[3]], number[4..6]) && Weighted(number, "13791379131") % 10 == 0;

    private static bool IsIrish(ReadOnlySpan<char> number)
    {
        var second = number.Length == 9 && number[8] != 'W' ? number[8] - 'A' + 1 : 0;
        return second <= 9 && IrishLetters[(Weighted(number, "8765432") + (9 * second)) % 23] == number[7];
    }
}
