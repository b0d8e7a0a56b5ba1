namespace CleanLlm.Infrastructure.Persistence.Content;

/// <summary>A row of a statement with what encrypts its content.</summary>
/// <typeparam name="T">What the row is made of.</typeparam>
/// <param name="Value">The row.</param>
/// <param name="Cipher">That of its owner.</param>
internal readonly record struct Sealed<T>(T Value, ContentCipher Cipher);
