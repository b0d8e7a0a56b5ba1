namespace CleanLlm.Application.Prompting.Screening;

/// <summary>What screening makes of a prompt.</summary>
/// <param name="Score">How likely it is an attack, 0 to 99.</param>
/// <param name="Reasons">Why, by code, with the number of rules that say so.</param>
internal sealed record ScreeningVerdict(int Score, IReadOnlyDictionary<string, int> Reasons);
