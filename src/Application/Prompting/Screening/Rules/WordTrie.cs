namespace CleanLlm.Application.Prompting.Screening.Rules;

/// <summary>All words of the rules by their letters: one look-up a letter, in one table. Most words of a text leave it after a few letters.</summary>
internal sealed class WordTrie
{
    /// <summary>The node that no letter leads to.</summary>
    public const int None = 0;

    /// <summary>Where a word begins.</summary>
    public const int Root = 1;

    private readonly Dictionary<(int Node, char Letter), int> edges = [];
    private ulong[] keys = [];
    private int[] targets = [];
    private int nodes = Root;
    private int shift;

    /// <summary>How many nodes there are, <see cref="None"/> and <see cref="Root"/> among them.</summary>
    public int Count => nodes + 1;

    /// <summary>The node at the end of a word, which is put in when it is not there.</summary>
    public int Add(string word)
    {
        var node = Root;
        foreach (var letter in word)
        {
            if (!edges.TryGetValue((node, letter), out var next))
                edges.Add((node, letter), next = ++nodes);
            node = next;
        }

        return node;
    }

    /// <summary>Makes the table, once all words are in.</summary>
    public void Close()
    {
        var size = 4;
        while (size < edges.Count * 3)
            size *= 2;
        shift = 64 - int.Log2(size);
        (keys, targets) = (new ulong[size], new int[size]);
        foreach (var ((node, letter), target) in edges)
        {
            var key = Key(node, letter);
            var place = Place(key);
            while (keys[place] != 0)
                place = (place + 1) & (size - 1);
            (keys[place], targets[place]) = (key, target);
        }
    }

    /// <summary>Where a letter leads from a node; <see cref="None"/> when nowhere.</summary>
    public int Next(int node, char letter)
    {
        var key = Key(node, letter);
        var place = Place(key);
        while (keys[place] != key)
        {
            if (keys[place] == 0)
                return None;
            place = (place + 1) & (keys.Length - 1);
        }

        return targets[place];
    }

    private static ulong Key(int node, char letter) => ((ulong)(uint)node << 16) | letter;

    // Fibonacci hashing (Knuth, volume 3, 6.4).
    private int Place(ulong key) => (int)((key * 0x9E3779B97F4A7C15) >> shift);
}
