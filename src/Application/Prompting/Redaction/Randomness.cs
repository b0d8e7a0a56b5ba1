namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>Tells what was drawn by lot from names and words.</summary>
internal static class Randomness
{
    private const int Shortest = 8;
    private const int Read = 256;
    private const double LeastBits = 2.5;

    /// <summary>Whether the text has digits or both cases, and is not one character again and again as in examples.</summary>
    public static bool IsMixed(ReadOnlySpan<char> text) => text.IndexOfAnyExcept(text[0]) >= 0
        && (text.ContainsAnyInRange('0', '9') || (text.ContainsAnyInRange('a', 'z') && text.ContainsAnyInRange('A', 'Z')));

    /// <summary>Whether the text has letters and digits, and at least so many bits of entropy a character as a key of eight has.</summary>
    public static bool IsRandom(ReadOnlySpan<char> text) =>
        text.Length >= Shortest && text.ContainsAnyInRange('0', '9') && (text.ContainsAnyInRange('a', 'z') || text.ContainsAnyInRange('A', 'Z')) && Entropy(text) >= LeastBits;

    // Shannon's, of the first characters.
    private static double Entropy(ReadOnlySpan<char> text)
    {
        text = text[..Math.Min(text.Length, Read)];
        Span<int> counts = stackalloc int[128];
        counts.Clear();
        foreach (var c in text)
            counts[c & 127]++;
        var bits = 0.0;
        foreach (var count in counts)
        {
            if (count > 0)
                bits -= (double)count / text.Length * Math.Log2((double)count / text.Length);
        }

        return bits;
    }
}
