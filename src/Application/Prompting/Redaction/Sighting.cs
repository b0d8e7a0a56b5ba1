namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>Where a text holds something sensitive.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Its first character.</param>
/// <param name="End">The character behind its last.</param>
internal readonly record struct Sighting(SensitiveKind Kind, int Start, int End);
