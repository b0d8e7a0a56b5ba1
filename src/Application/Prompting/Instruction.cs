namespace CleanLlm.Application.Prompting;

/// <summary>A text of a prompt that tells the model what to do.</summary>
/// <param name="Provenance">Whose it is.</param>
/// <param name="Text">The text, as it is sent.</param>
public readonly record struct Instruction(TextProvenance Provenance, string Text);
