namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>Finds what is sensitive in a text.</summary>
internal interface ITextScanner
{
    /// <summary>Adds what it finds, in order and without overlaps.</summary>
    void Scan(ScannedText text, List<Sighting> found);
}

/// <summary>A text as scanners read it.</summary>
/// <param name="folded">The text, folded.</param>
/// <param name="member">The name of the member of JSON whose value it is; empty for any other text.</param>
/// <param name="lookups">What may still be looked up in tables of numbers.</param>
internal readonly ref struct ScannedText(ReadOnlySpan<char> folded, ReadOnlySpan<char> member, LookupBudget lookups)
{
    /// <summary>The text, folded.</summary>
    public ReadOnlySpan<char> Folded { get; } = folded;

    /// <summary>The name of the member of JSON whose value it is; empty for any other text.</summary>
    public ReadOnlySpan<char> Member { get; } = member;

    /// <summary>What may still be looked up in tables of numbers.</summary>
    public LookupBudget Lookups { get; } = lookups;
}

/// <summary>
/// How often one prompt may ask the tables of telephone numbers, which take microseconds each. Behind that the form alone decides, so that a
/// prompt of numbers is redacted all the same, and costs no more than its length.
/// </summary>
internal sealed class LookupBudget
{
    private const int Most = 2_000;

    private int left = Most;

    /// <summary>Takes one, if there is one left.</summary>
    public bool TryTake() => left > 0 && left-- > 0;
}
