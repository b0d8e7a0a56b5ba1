namespace CleanLlm.Application.Prompting.Screening.Rules;

/// <summary>How plainly a rule was met: the more plainly, the more it weighs.</summary>
internal enum HitKind : byte
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Inside quotation marks.</summary>
    Quoted,

    /// <summary>In a sentence that talks about attacks.</summary>
    Discussed,

    /// <summary>As anything else that is said.</summary>
    Plain,
}

/// <summary>Which rules a text meets, in plain and in encoded form.</summary>
internal sealed class RuleHits(int rules)
{
    private readonly HitKind[] kinds = new HitKind[rules];
    private readonly List<int> met = [];

    /// <summary>The rules that were met.</summary>
    public IReadOnlyList<int> Met => met;

    /// <summary>How a rule was met.</summary>
    public HitKind this[int rule] => kinds[rule];

    /// <summary>Notes a rule; the plainest way counts.</summary>
    /// <returns>Whether this is more than was known.</returns>
    public bool Note(int rule, HitKind kind)
    {
        if (kinds[rule] >= kind)
            return false;
        if (kinds[rule] == HitKind.None)
            met.Add(rule);
        kinds[rule] = kind;
        return true;
    }
}
