namespace CleanLlm.Application.Answers.Reading;

/// <summary>The end of a strand that is not shown yet.</summary>
/// <param name="most">How many characters are kept at most; more are shown, the oldest first.</param>
internal sealed class HeldText(int most)
{
    /// <summary>What is held back.</summary>
    public string Text { get; private set; } = "";

    /// <summary>How many characters of the strand have gone on.</summary>
    public int Shown { get; private set; }

    /// <summary>Where the strand ends so far.</summary>
    public int End => Shown + Text.Length;

    /// <summary>Takes in a piece.</summary>
    public void Add(string piece) => Text = Text.Length == 0 ? piece : Text + piece;

    /// <summary>Gives what stands before a place of the strand, and what is more than may be kept.</summary>
    public string TakeBefore(int place) => Take(Math.Max(Math.Min(place, End) - Shown, Text.Length - most));

    /// <summary>Gives all.</summary>
    public string TakeAll() => Take(Text.Length);

    /// <summary>The characters of the strand between two places, as far as they are held.</summary>
    public ReadOnlySpan<char> Between(int start, int end) =>
        Text.AsSpan()[Math.Clamp(start - Shown, 0, Text.Length)..Math.Clamp(end - Shown, 0, Text.Length)];

    private string Take(int length)
    {
        if (length <= 0)
            return "";
        // Never half a pair.
        if (length < Text.Length && char.IsHighSurrogate(Text[length - 1]))
            length--;
        var taken = length == Text.Length ? Text : Text[..length];
        Text = length == Text.Length ? "" : Text[length..];
        Shown += length;
        return taken;
    }
}
