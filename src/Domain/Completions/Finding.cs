namespace CleanLlm.Domain.Completions;

/// <summary>Something that a step noticed in a prompt or an answer, and let pass, changed or stopped.</summary>
/// <param name="Step">The step, e.g. <c>sanitize</c>.</param>
/// <param name="Code">What it noticed, e.g. <c>invisible_characters_removed</c>.</param>
/// <param name="Count">How often.</param>
public sealed record Finding(string Step, string Code, int Count);
