namespace CleanLlm.Application.Prompting.Screening;

/// <summary>What screening makes of a text.</summary>
/// <param name="Score">How likely it is an attack, 0 to 100.</param>
/// <param name="Reasons">Why, by code, with the number of rules that say so.</param>
internal sealed record ScreeningVerdict(int Score, IReadOnlyDictionary<string, int> Reasons)
{
    /// <summary>The text that was read.</summary>
    public string Text { get; init; } = "";
}
