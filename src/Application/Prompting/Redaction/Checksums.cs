namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>The sums by which numbers are known to be whole.</summary>
internal static class Checksums
{
    private static readonly byte[,] VerhoeffProducts =
    {
        { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 }, { 1, 2, 3, 4, 0, 6, 7, 8, 9, 5 }, { 2, 3, 4, 0, 1, 7, 8, 9, 5, 6 }, { 3, 4, 0, 1, 2, 8, 9, 5, 6, 7 },
        { 4, 0, 1, 2, 3, 9, 5, 6, 7, 8 }, { 5, 9, 8, 7, 6, 0, 4, 3, 2, 1 }, { 6, 5, 9, 8, 7, 1, 0, 4, 3, 2 }, { 7, 6, 5, 9, 8, 2, 1, 0, 4, 3 },
        { 8, 7, 6, 5, 9, 3, 2, 1, 0, 4 }, { 9, 8, 7, 6, 5, 4, 3, 2, 1, 0 },
    };

    private static readonly byte[,] VerhoeffTurns =
    {
        { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 }, { 1, 5, 7, 6, 2, 8, 3, 0, 9, 4 }, { 5, 8, 0, 3, 7, 9, 6, 1, 4, 2 }, { 8, 9, 1, 6, 0, 4, 3, 5, 2, 7 },
        { 9, 4, 5, 3, 1, 2, 6, 8, 7, 0 }, { 4, 2, 8, 6, 5, 7, 3, 9, 0, 1 }, { 2, 7, 9, 3, 8, 0, 6, 4, 1, 5 }, { 7, 0, 4, 6, 9, 1, 3, 2, 5, 8 },
    };

    /// <summary>Luhn's sum (ISO/IEC 7812-1).</summary>
    public static bool Luhn(ReadOnlySpan<char> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)] - '0';
            sum += i % 2 == 0 ? digit : digit > 4 ? (2 * digit) - 9 : 2 * digit;
        }

        return sum % 10 == 0;
    }

    /// <summary>The sum of Verhoeff, which sees all swaps of neighbours.</summary>
    public static bool Verhoeff(ReadOnlySpan<char> digits)
    {
        var check = 0;
        for (var i = 0; i < digits.Length; i++)
            check = VerhoeffProducts[check, VerhoeffTurns[i % 8, digits[^(i + 1)] - '0']];
        return check == 0;
    }

    /// <summary>ISO 7064, MOD 97-10: letters count from A = 10.</summary>
    public static int Mod97(ReadOnlySpan<char> text, int before = 0)
    {
        var rest = before;
        foreach (var c in text)
            rest = (char.IsAsciiDigit(c) ? (rest * 10) + c - '0' : (rest * 100) + c - 'A' + 10) % 97;
        return rest;
    }

    /// <summary>ISO 7064, MOD 11,10.</summary>
    public static bool Mod11And10(ReadOnlySpan<char> digits)
    {
        var product = 10;
        foreach (var c in digits[..^1])
        {
            var sum = (c - '0' + product) % 10;
            product = (sum == 0 ? 10 : sum) * 2 % 11;
        }

        return (11 - product) % 10 == digits[^1] - '0';
    }

    /// <summary>The sum of the digits, each times its weight.</summary>
    /// <param name="digits">As many digits as there are weights, or more.</param>
    /// <param name="weights">A digit for each; <c>A</c> stands for 10, <c>B</c> for 11, and so on.</param>
    public static int Weighted(ReadOnlySpan<char> digits, string weights)
    {
        var sum = 0;
        for (var i = 0; i < weights.Length; i++)
            sum += (digits[i] - '0') * (char.IsAsciiDigit(weights[i]) ? weights[i] - '0' : weights[i] - 'A' + 10);
        return sum;
    }

    /// <summary>A number of digits; for at most 18 of them.</summary>
    public static long Number(ReadOnlySpan<char> digits)
    {
        var number = 0L;
        foreach (var c in digits)
            number = (number * 10) + c - '0';
        return number;
    }

    /// <summary>Whether two digits each are a month and a day, whatever the year.</summary>
    public static bool IsDay(ReadOnlySpan<char> month, ReadOnlySpan<char> day) => Number(month) is >= 1 and <= 12 && Number(day) is >= 1 and <= 31;
}
