using System.Text.RegularExpressions;
using CleanLlm.Application.Answers.Reading;
using CleanLlm.Application.Prompting.Screening.Rules;

namespace CleanLlm.Application.Answers.Content;

/// <summary>The rules, ready to be looked for.</summary>
internal sealed class ContentRules
{
    /// <summary>How long one search may take. A pattern cannot run away, so only a machine that stands still takes longer; the answer then ends as a fault.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly string?[] names;

    /// <param name="options">As configured.</param>
    public ContentRules(ContentOptions options)
    {
        var ends = new Dictionary<int, string>();
        foreach (var rule in options.Rules)
        {
            foreach (var word in rule.Words)
                ends.TryAdd(Words.Add(LetterReader.Words(word)), rule.Name);
        }

        Words.Close();
        names = new string?[Words.Count];
        foreach (var (node, name) in ends)
            names[node] = name;
        HasWords = ends.Count > 0;
        Patterns = [.. options.Rules.Where(rule => rule.Pattern is not null).Select(rule => (rule.Name, Compile(rule.Pattern!)))];
    }

    /// <summary>The words of all rules.</summary>
    public WordTrie Words { get; } = new();

    /// <summary>Whether there are words.</summary>
    public bool HasWords { get; }

    /// <summary>The patterns, each with the name of its rule.</summary>
    public IReadOnlyList<(string Name, Regex Pattern)> Patterns { get; }

    /// <summary>Whether there are no rules.</summary>
    public bool IsEmpty => !HasWords && Patterns.Count == 0;

    /// <summary>The name of the rule whose word ends at a node; null where none does.</summary>
    public string? NameAt(int node) => names[node];

    /// <summary>A pattern as it is run.</summary>
    /// <exception cref="ArgumentException">It is no regular expression.</exception>
    /// <exception cref="NotSupportedException">It needs what may run away.</exception>
    public static Regex Compile(string pattern) =>
        new(pattern, RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Patience);
}
