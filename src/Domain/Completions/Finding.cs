namespace CleanLlm.Domain.Completions;

/// <summary>Something a step of the prompt pipeline noticed and let pass.</summary>
/// <param name="Step">The step, e.g. <c>sanitize</c>.</param>
/// <param name="Code">What it noticed, e.g. <c>invisible_characters_removed</c>.</param>
/// <param name="Count">How often.</param>
public sealed record Finding(string Step, string Code, int Count);
