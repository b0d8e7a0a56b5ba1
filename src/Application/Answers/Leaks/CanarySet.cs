using System.Text;
using CleanLlm.Application.Prompting.Screening.Rules;

namespace CleanLlm.Application.Answers.Leaks;

/// <summary>
/// Words that must not come back, and the forms in which they may: as they are, backwards, in base64 at each of its three positions, and in hexadecimal
/// digits. All are looked for at once (Aho and Corasick, 1975).
/// </summary>
internal sealed class CanarySet
{
    /// <summary>The longest form, in letters.</summary>
    public const int Longest = 128;

    private const int Shortest = 6;
    private const int MostWords = 64;

    private readonly WordTrie trie = new();
    private readonly int[] fallbacks;
    private readonly int[] depths;
    private readonly int[] shortest;
    private readonly bool[] ends;

    private CanarySet(IReadOnlyList<string> forms)
    {
        var paths = forms.Select(Path).ToList();
        trie.Close();
        (fallbacks, depths) = (new int[trie.Count], new int[trie.Count]);
        (shortest, ends) = (new int[trie.Count], new bool[trie.Count]);
        for (var depth = 1; depth <= Longest; depth++)
        {
            for (var form = 0; form < forms.Count; form++)
            {
                if (depth <= forms[form].Length)
                    Link(forms[form], paths[form], depth);
            }
        }
    }

    /// <summary>Those of instructions; null where there are none.</summary>
    public static CanarySet? Of(IEnumerable<string> instructions) => OfWords(instructions.SelectMany(CanaryWords.In));

    /// <summary>Those that instructions call canaries; null where there are none.</summary>
    public static CanarySet? OfNamed(IEnumerable<string> instructions) =>
        OfWords(instructions.Where(CanaryWords.IsNamedIn).SelectMany(CanaryWords.In).Where(CanaryWords.IsNamedIn));

    private static CanarySet? OfWords(IEnumerable<string> found)
    {
        var words = found.Distinct(StringComparer.Ordinal).Take(MostWords);
        List<string> forms = [.. words.SelectMany(FormsOf).Where(form => form.Length is >= Shortest and <= Longest).Distinct(StringComparer.Ordinal)];
        return forms.Count == 0 ? null : new CanarySet(forms);
    }

    /// <summary>Where a letter leads.</summary>
    public int Next(int node, char letter)
    {
        int next;
        while ((next = trie.Next(node, letter)) == WordTrie.None && node != WordTrie.Root)
            node = fallbacks[node];
        return next == WordTrie.None ? WordTrie.Root : next;
    }

    /// <summary>How many letters of a form have been met.</summary>
    public int Depth(int node) => depths[node];

    /// <summary>Whether a form ends here.</summary>
    public bool Ends(int node) => ends[node];

    /// <summary>Whether at least half of a form has been met.</summary>
    public bool IsHalf(int node) => depths[node] >= Shortest && depths[node] * 2 >= shortest[node];

    private static IEnumerable<string> FormsOf(string word)
    {
        var letters = SqueezedText.Exactly(word);
        yield return letters;
        yield return Ciphers.Reverse(letters);
        var bytes = Encoding.UTF8.GetBytes(word);
        yield return SqueezedText.Exactly(Convert.ToHexString(bytes));
        for (var before = 0; before < 3; before++)
            yield return SqueezedText.Exactly(Base64(bytes, before));
    }

    // Without the digits that depend on what stands around.
    private static string Base64(byte[] word, int before)
    {
        var digits = Convert.ToBase64String([.. new byte[before], .. word]);
        return digits[(before == 0 ? 0 : before + 1)..((before + word.Length) * 8 / 6)];
    }

    private int[] Path(string form)
    {
        var path = new int[form.Length];
        for (var i = 0; i < form.Length; i++)
            path[i] = trie.Add(form[..(i + 1)]);
        return path;
    }

    private void Link(string form, int[] path, int depth)
    {
        var node = path[depth - 1];
        depths[node] = depth;
        shortest[node] = shortest[node] == 0 ? form.Length : Math.Min(shortest[node], form.Length);
        fallbacks[node] = depth == 1 ? WordTrie.Root : Next(fallbacks[path[depth - 2]], form[depth - 1]);
        ends[node] |= depth == form.Length || ends[fallbacks[node]];
    }
}
