using System.Globalization;
using System.Text;

namespace CleanLlm.Application.Prompting.Optimizing;

/// <summary>
/// Finds long passages that stood in a prompt before, and puts a short reference in the place of each. Texts are read once, in their order. Blocks of what has
/// been read are known by a hash; one that rolls over what follows finds them again at any place (as rsync does: Tridgell and Mackerras, 1996),
/// and what is found is compared and made as long as it is alike. Time grows with the length of the texts, whatever they are.
/// </summary>
internal sealed class RepeatedPassages
{
    /// <summary>The shortest passage that is replaced, in characters; a reference is a sixth of that.</summary>
    public const int LeastLength = 512;

    // A passage of that length holds one of these as a whole, wherever they begin.
    private const int Block = LeastLength / 4;

    // Rows of dashes, zeros and the like are no passages.
    private const int LeastVariety = 16;

    private const int ShownLength = 40;
    private const int LongestWord = 40;
    private const ulong Base = 0x100000001B3;

    private static readonly ulong Highest = Power(Block - 1);

    private readonly Dictionary<ulong, Place> blocks = [];
    private int texts;

    /// <summary>The text with references to what stood before; the same where nothing did. It then stands before what is given next.</summary>
    public string Replace(string text)
    {
        if (text.Length < Block)
            return text;
        texts++;
        StringBuilder? replaced = null;
        // What is before the floor was replaced, or is alike and too short: it is not looked at again.
        var (from, floor, at, known) = (0, 0, 0, 0);
        for (var hash = HashOf(text, 0); ;)
        {
            if (blocks.TryGetValue(hash, out var source) && source.Text.AsSpan(source.At, Block).SequenceEqual(text.AsSpan(at, Block)))
            {
                var (start, end) = Alike(source, text, at, floor);
                at = floor = Math.Max(at + 1, end);
                (start, end) = Trim(text, start, end);
                if (end - start >= LeastLength && Varies(text.AsSpan(start, end - start)))
                {
                    replaced ??= new StringBuilder(text.Length);
                    replaced.Append(text, from, start - from).Append(Reference(text.AsSpan(start, end - start)));
                    from = end;
                }

                if (at + Block > text.Length)
                    break;
                hash = HashOf(text, at);
                continue;
            }

            // A block is known once it has been passed, so that no passage is alike to itself.
            for (; known + Block <= at; known += Block)
                blocks.TryAdd(HashOf(text, known), new Place(texts, text, known));
            if (at + Block >= text.Length)
                break;
            hash = ((hash - (text[at] * Highest)) * Base) + text[at + Block];
            at++;
        }

        for (; known + Block <= text.Length; known += Block)
            blocks.TryAdd(HashOf(text, known), new Place(texts, text, known));
        return replaced is null ? text : replaced.Append(text, from, text.Length - from).ToString();
    }

    // As long as both are alike, but neither into what was looked at before nor into each other.
    private (int Start, int End) Alike(Place source, string text, int at, int floor)
    {
        var isSame = source.Number == texts;
        var (before, mostBefore) = (0, Math.Min(at - floor, isSame ? Math.Min(source.At, at - source.At - Block) : source.At));
        while (before < mostBefore && source.Text[source.At - before - 1] == text[at - before - 1])
            before++;
        var most = (isSame ? at - before : source.Text.Length) - source.At;
        return (at - before, at + source.Text.AsSpan(source.At, most).CommonPrefixLength(text.AsSpan(at)));
    }

    // To whole words where there are some near, and without the whitespace around them.
    private static (int Start, int End) Trim(string text, int start, int end)
    {
        var (first, last) = (start, end);
        while (first < end && first - start < LongestWord && !IsBorder(text, first))
            first++;
        while (last > first && end - last < LongestWord && !IsBorder(text, last))
            last--;
        (first, last) = (first - start < LongestWord ? first : start, end - last < LongestWord ? last : end);
        while (first < last && (char.IsWhiteSpace(text[first]) || char.IsLowSurrogate(text[first])))
            first++;
        while (last > first && (char.IsWhiteSpace(text[last - 1]) || char.IsHighSurrogate(text[last - 1])))
            last--;
        return (first, last);
    }

    private static bool IsBorder(string text, int at) => at == 0 || at == text.Length || char.IsWhiteSpace(text[at]) || char.IsWhiteSpace(text[at - 1]);

    private static bool Varies(ReadOnlySpan<char> passage)
    {
        var seen = new HashSet<char>();
        foreach (var c in passage)
        {
            if (seen.Add(c) && seen.Count >= LeastVariety)
                return true;
        }

        return false;
    }

    private static string Reference(ReadOnlySpan<char> passage)
    {
        var first = passage[..(char.IsHighSurrogate(passage[ShownLength - 1]) ? ShownLength - 1 : ShownLength)];
        if (first.IndexOfAny('\r', '\n') is >= 0 and var line)
            first = first[..line];
        return string.Create(CultureInfo.InvariantCulture, $"[repeated here: the passage above of {passage.Length} characters that begins with “{first}”]");
    }

    private static ulong HashOf(string text, int at)
    {
        ulong hash = 0;
        foreach (var c in text.AsSpan(at, Block))
            hash = (hash * Base) + c;
        return hash;
    }

    private static ulong Power(int exponent)
    {
        ulong power = 1;
        for (var i = 0; i < exponent; i++)
            power *= Base;
        return power;
    }

    /// <summary>Where a block stands.</summary>
    private readonly record struct Place(int Number, string Text, int At);
}
