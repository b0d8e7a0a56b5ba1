namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>Letters and digits from a place on, in groups with one separator between two of them: how numbers of all kinds are written.</summary>
internal sealed class CharacterGroups
{
    /// <summary>The longest number of all, an IBAN.</summary>
    private const int MostCharacters = 34;

    // An IBAN in fours; digit by digit there may be more.
    private const int UsualGroups = 9;
    private const int MostGroups = 20;
    private const int LongestWord = 4;

    private readonly char[] characters = new char[MostCharacters];
    private readonly int[] lengths = new int[MostGroups];
    private readonly char[] separators = new char[MostGroups];
    private readonly int[] ends = new int[MostGroups];
    private int length;

    /// <summary>How many groups there are.</summary>
    public int Count { get; private set; }

    /// <summary>The place behind the first group, also of one that is too long to be any number.</summary>
    public int FirstEnd { get; private set; }

    /// <summary>All characters of all groups, in upper case.</summary>
    public ReadOnlySpan<char> Characters => characters.AsSpan(0, length);

    /// <summary>The lengths of the groups.</summary>
    public ReadOnlySpan<int> Lengths => lengths.AsSpan(0, Count);

    /// <summary>What stands behind each group.</summary>
    public ReadOnlySpan<char> Separators => separators.AsSpan(0, Count);

    /// <summary>The place behind each group.</summary>
    public ReadOnlySpan<int> Ends => ends.AsSpan(0, Count);

    /// <summary>Reads the groups from a place on.</summary>
    public void Read(ReadOnlySpan<char> text, int start)
    {
        (Count, length, lengths[0]) = (0, 0, 0);
        for (var at = start; Count < (lengths[0] == 1 ? MostGroups : UsualGroups); at++)
        {
            var end = at;
            var isWord = true;
            for (; end < text.Length && char.IsAsciiLetterOrDigit(text[end]); end++)
                isWord &= char.IsAsciiLetter(text[end]);
            if (Count == 0)
                FirstEnd = end;
            if (end == at || length + end - at > MostCharacters || (isWord && end - at > LongestWord))
                return;
            (lengths[Count], ends[Count], separators[Count]) = (end - at, end, end < text.Length ? text[end] : '\0');
            for (; at < end; at++)
                characters[length++] = char.ToUpperInvariant(text[at]);
            if (separators[Count++] is not (' ' or '-' or '.' or '/' or '+'))
                return;
        }
    }
}
