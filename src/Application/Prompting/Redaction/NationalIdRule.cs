namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>Tells whether a number is one that a state gives out; letters are in upper case.</summary>
internal delegate bool NumberCheck(ReadOnlySpan<char> number);

/// <summary>How the numbers of one kind of one country are known.</summary>
/// <param name="pattern">Its characters: <c>d</c> for a digit, <c>A</c> for a letter, <c>X</c> for either.</param>
/// <param name="check">Its checksum and other rules.</param>
/// <param name="layouts">
/// How it is written, as lengths of groups with what stands between them, such as <c>3-2-4</c>; with a <c>?</c> where that says too little, so
/// that one of the words has to be near.
/// </param>
/// <param name="words">Words that say what it is.</param>
internal sealed class NationalIdRule(string pattern, NumberCheck check, string layouts, params ReadOnlySpan<string> words)
{
    private readonly ContextWords words = new(words);

    /// <summary>How it is written.</summary>
    public IReadOnlyList<NumberLayout> Layouts { get; } = [.. layouts.Split(", ").Select(NumberLayout.Parse)];

    /// <summary>Whether the characters are such a number.</summary>
    public bool Accepts(ReadOnlySpan<char> number) => IsInPattern(number) && check(number);

    /// <summary>Whether something near the place says that it is one.</summary>
    public bool IsNamedNear(ScannedText text, int start, int end) => words.Near(text, start, end);

    private bool IsInPattern(ReadOnlySpan<char> number)
    {
        if (number.Length != pattern.Length)
            return false;
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == 'd' ? !char.IsAsciiDigit(number[i]) : pattern[i] == 'A' && !char.IsAsciiLetter(number[i]))
                return false;
        }

        return true;
    }
}

/// <summary>One way to write a number in groups.</summary>
/// <param name="Lengths">The lengths of the groups.</param>
/// <param name="Separators">What stands between them.</param>
/// <param name="NeedsWord">Whether other numbers are written so as well.</param>
internal sealed record NumberLayout(int[] Lengths, char[] Separators, bool NeedsWord)
{
    /// <summary>All characters of all groups.</summary>
    public int Length { get; } = Lengths.Sum();

    /// <summary>Reads a form such as <c>3-2-4</c>.</summary>
    public static NumberLayout Parse(string form)
    {
        var groups = form.TrimEnd('?');
        return new NumberLayout(
            [.. groups.Split('-', '.', ' ', '/', '+').Select(group => (int)Checksums.Number(group))],
            [.. groups.Where(c => !char.IsAsciiDigit(c))],
            form.EndsWith('?'));
    }

    /// <summary>Whether groups begin in this way.</summary>
    public bool Fits(CharacterGroups groups) => groups.Count >= Lengths.Length
        && groups.Lengths.StartsWith(Lengths) && groups.Separators.StartsWith(Separators);
}
