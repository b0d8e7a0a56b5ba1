namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>The digits of a telephone number, in the groups in which they are written.</summary>
internal sealed class DialledNumber
{
    private const int MostDigits = 17;
    private const int MostGroups = 10;
    private const int WidestGap = 3;

    private readonly char[] digits = new char[MostDigits];
    private readonly int[] totals = new int[MostGroups];
    private readonly int[] ends = new int[MostGroups];
    private readonly char[] gaps = new char[MostGroups];

    /// <summary>How many digits there are.</summary>
    public int Length { get; private set; }

    /// <summary>How many groups they are in.</summary>
    public int Groups { get; private set; }

    /// <summary>All digits.</summary>
    public ReadOnlySpan<char> Digits => DigitsTo(Groups - 1);

    /// <summary>Whether the first three groups are day, month and year, in any order.</summary>
    public bool IsDate => Groups >= 3 && gaps[0] == gaps[1] && gaps[0] != gaps[2] && gaps[0] is '.' or '-' or '/'
        && ((IsDay(0) && IsDay(1) && LengthOf(2) is 2 or 4) || (LengthOf(0) == 4 && IsDay(1) && IsDay(2)));

    /// <summary>
    /// Whether it is written as numbers within a country are: as (212) 555-0100 with or without the 1, or in two groups and more of which the first
    /// begins with the 0 that leads out of the town. Two groups with a point between them are a fraction.
    /// </summary>
    public bool IsWrittenAsNational => IsNorthAmerican || (digits[0] == '0' && LengthOf(0) > 1 && Groups > 1 && (Groups > 2 || gaps[0] != '.'));

    /// <summary>How many groups belong to it where it is not said which country's it is.</summary>
    public int NationalGroups => IsNorthAmerican ? (LengthOf(0) == 1 ? 4 : 3) : Groups;

    private bool IsNorthAmerican
    {
        get
        {
            var first = LengthOf(0) == 1 && digits[0] == '1' ? 1 : 0;
            return Groups >= first + 3 && LengthOf(first) == 3 && LengthOf(first + 1) == 3 && LengthOf(first + 2) == 4;
        }
    }

    /// <summary>Reads the digits from a place on.</summary>
    /// <param name="text">The text, folded.</param>
    /// <param name="start">The first digit.</param>
    /// <param name="isInternational">Whether a country's code comes first, so that a 0 in brackets is not dialled.</param>
    public void Read(ReadOnlySpan<char> text, int start, bool isInternational)
    {
        (Length, Groups) = (0, 0);
        for (var at = start; Groups < MostGroups;)
        {
            var end = at;
            while (end < text.Length && char.IsAsciiDigit(text[end]))
                end++;
            if (Length + end - at > MostDigits)
                break;
            if (!(isInternational && end - at == 1 && text[at] == '0' && text[at - 1] == '('))
            {
                while (at < end)
                    digits[Length++] = text[at++];
                (totals[Groups], ends[Groups]) = (Length, end);
                gaps[Groups++] = end < text.Length ? text[end] : '\0';
            }

            at = end;
            while (at < text.Length && at - end < WidestGap && text[at] is ' ' or '-' or '.' or '/' or '(' or ')')
                at++;
            if (at == end || at >= text.Length || !char.IsAsciiDigit(text[at]))
                break;
        }
    }

    /// <summary>The digits up to the end of a group.</summary>
    public ReadOnlySpan<char> DigitsTo(int group) => digits.AsSpan(0, group < 0 ? 0 : totals[group]);

    /// <summary>The place behind a group.</summary>
    public int EndOf(int group) => ends[group];

    private int LengthOf(int group) => group >= Groups ? 0 : totals[group] - (group == 0 ? 0 : totals[group - 1]);

    private bool IsDay(int group) =>
        LengthOf(group) is 1 or 2 && Checksums.Number(DigitsTo(group)[^LengthOf(group)..]) is >= 1 and <= 31;
}
