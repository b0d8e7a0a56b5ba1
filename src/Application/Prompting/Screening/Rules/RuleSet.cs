using System.Buffers;
using System.Text;
using CleanLlm.Application.Prompting.Screening.Folding;

namespace CleanLlm.Application.Prompting.Screening.Rules;

/// <summary>The rules, ready to be looked for: a trie of all words, and for each word the places of rules that it may fill.</summary>
internal sealed class RuleSet
{
    private readonly Dictionary<string, int> guards = new(StringComparer.Ordinal);
    private readonly List<RulePlace> places = [];
    private WordUse?[] whole = [];
    private WordUse?[] begun = [];

    /// <param name="file">What was read.</param>
    /// <exception cref="FormatException">Rules and words do not belong together.</exception>
    public RuleSet(RuleFile file)
    {
        Folder = new TextFolder(new FoldTable(file.LookAlikes));
        Rules = file.Rules;
        Markup = file.Markup;
        // The search is many times faster for ASCII alone, and for others where case counts.
        MarkupTexts = [.. file.Markup.Select(rule => rule.Text).GroupBy(text => Ascii.IsValid(text)).Select(texts => SearchValues.Create([.. texts], texts.Key ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal))];
        CheckClasses(file);
        var placesOf = PlacesOf(file);
        AddWords(file, placesOf);
    }

    /// <summary>Folds texts as the words were.</summary>
    public TextFolder Folder { get; }

    /// <summary>All rules.</summary>
    public IReadOnlyList<Rule> Rules { get; }

    /// <summary>All literals of markup.</summary>
    public IReadOnlyList<MarkupRule> Markup { get; }

    /// <summary>Find where one of them stands.</summary>
    public IReadOnlyList<SearchValues<string>> MarkupTexts { get; }

    /// <summary>All words.</summary>
    public WordTrie Words { get; } = new();

    /// <summary>How many places all rules have.</summary>
    public int Places => places.Count;

    /// <summary>How many classes guard rules.</summary>
    public int Guards => guards.Count;

    /// <summary>What a word says that ends at a node; null for none.</summary>
    public WordUse? Whole(int node) => whole[node];

    /// <summary>What a beginning says that ends at a node, whatever follows in the word; null for none.</summary>
    public WordUse? Begun(int node) => begun[node];

    private static void CheckClasses(RuleFile file)
    {
        var used = file.Rules.SelectMany(rule => rule.Elements.SelectMany(element => element.Classes).Concat(rule.Guard is { } guard ? [guard] : [])).ToHashSet(StringComparer.Ordinal);
        if (used.FirstOrDefault(name => !file.Words.ContainsKey(name)) is { } missing)
            throw new FormatException($"A rule uses the class '{missing}', which has no words.");
        if (file.Words.Keys.FirstOrDefault(name => !used.Contains(name)) is { } unused)
            throw new FormatException($"No rule uses the class '{unused}'.");
    }

    private Dictionary<string, List<RulePlace>> PlacesOf(RuleFile file)
    {
        var ofClass = file.Words.Keys.ToDictionary(name => name, _ => new List<RulePlace>(), StringComparer.Ordinal);
        for (var rule = 0; rule < file.Rules.Count; rule++)
        {
            var elements = file.Rules[rule].Elements;
            var guard = file.Rules[rule].Guard is { } name ? GuardOf(name) : -1;
            for (var i = 0; i < elements.Count; i++)
            {
                var place = new RulePlace(places.Count, rule, IsFirst: i == 0, IsLast: i == elements.Count - 1, elements[i].Gap, guard);
                places.Add(place);
                foreach (var of in elements[i].Classes)
                    ofClass[of].Add(place);
            }
        }

        return ofClass;
    }

    private int GuardOf(string name)
    {
        if (!guards.TryGetValue(name, out var guard))
            guards.Add(name, guard = guards.Count);
        return guard;
    }

    private void AddWords(RuleFile file, Dictionary<string, List<RulePlace>> placesOf)
    {
        var wholes = new Dictionary<int, HashSet<string>>();
        var begins = new Dictionary<int, HashSet<string>>();
        var backwards = new HashSet<int>();
        var rotated = new HashSet<int>();
        foreach (var (name, words) in file.Words)
        {
            foreach (var word in words)
            {
                var folded = Folder.FoldWords(word);
                var node = Words.Add(folded);
                var of = word.EndsWith('*') || Scripts.HasNoSpaces(folded[^1]) ? begins : wholes;
                if (!of.TryGetValue(node, out var classes))
                    of.Add(node, classes = new HashSet<string>(StringComparer.Ordinal));
                classes.Add(name);
                if (of == begins || folded.Length < Ciphers.ShortestWord || folded.Contains(' ', StringComparison.Ordinal))
                    continue;
                // What a text has that must be read backwards, or turned by 13 letters.
                backwards.Add(Words.Add(Ciphers.Reverse(folded)));
                rotated.Add(Words.Add(Ciphers.Rotate(folded)));
            }
        }

        Words.Close();
        (whole, begun) = (new WordUse?[Words.Count], new WordUse?[Words.Count]);
        foreach (var node in wholes.Keys.Concat(backwards).Concat(rotated).Distinct())
        {
            var cipher = (backwards.Contains(node) ? Cipher.Reversed : Cipher.None) | (rotated.Contains(node) ? Cipher.Rotated : Cipher.None);
            whole[node] = Use(wholes.GetValueOrDefault(node, []), cipher, placesOf);
        }

        foreach (var (node, classes) in begins)
            begun[node] = Use(classes, Cipher.None, placesOf);
    }

    // The later places of a rule come first, so that a word does not follow itself.
    private WordUse Use(HashSet<string> classes, Cipher cipher, Dictionary<string, List<RulePlace>> placesOf) => new(
        [.. classes.SelectMany(name => placesOf[name]).Distinct().OrderByDescending(place => place.Index)],
        [.. classes.Where(guards.ContainsKey).Select(name => guards[name])],
        cipher);
}

/// <summary>A place of a rule, among those of all rules.</summary>
internal readonly record struct RulePlace(int Index, int Rule, bool IsFirst, bool IsLast, int Gap, int Guard);

/// <summary>What a word means to the rules. Read once a word of every text, so in spans and not by enumerators.</summary>
internal sealed class WordUse(RulePlace[] places, int[] guards, Cipher cipher)
{
    /// <summary>The places it may fill.</summary>
    public ReadOnlySpan<RulePlace> Places => places;

    /// <summary>The guarding classes it belongs to.</summary>
    public ReadOnlySpan<int> Guards => guards;

    /// <summary>How a text that has it is to be read as well.</summary>
    public Cipher Cipher => cipher;
}
