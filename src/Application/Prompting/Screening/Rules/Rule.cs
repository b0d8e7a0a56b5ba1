namespace CleanLlm.Application.Prompting.Screening.Rules;

/// <summary>A sequence of words with bounded gaps, and what it says of a text.</summary>
/// <param name="Code">The reason it gives, one of <see cref="Reasons"/>.</param>
/// <param name="Weight">How likely a text that has it is an attack, 1 to 99, if it had nothing else.</param>
/// <param name="Elements">What must follow one another.</param>
/// <param name="Guard">The class of words that must not stand just before it; null for none.</param>
internal sealed record Rule(string Code, int Weight, IReadOnlyList<RuleElement> Elements, string? Guard);

/// <summary>One place of a rule.</summary>
/// <param name="Classes">The classes of words that may stand there.</param>
/// <param name="Gap">How many other words may stand before it.</param>
internal sealed record RuleElement(IReadOnlyList<string> Classes, int Gap);

/// <summary>A literal text that forges the markup of a chat.</summary>
/// <param name="Code">The reason it gives.</param>
/// <param name="Weight">As for <see cref="Rule"/>.</param>
/// <param name="Text">The text, in any case.</param>
/// <param name="BeginsLine">Whether it counts only where a line begins with it.</param>
internal sealed record MarkupRule(string Code, int Weight, string Text, bool BeginsLine);
