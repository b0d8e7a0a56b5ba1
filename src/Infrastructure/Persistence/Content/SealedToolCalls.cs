using System.Collections;
using CleanLlm.Domain.Completions;

namespace CleanLlm.Infrastructure.Persistence.Content;

/// <summary>Calls of tools as they are stored. They are opened before anything else is done with them: reading them as they are throws.</summary>
/// <param name="text">The stored value.</param>
internal sealed class SealedToolCalls(string text) : IReadOnlyList<ToolCall>
{
    /// <summary>What is stored where there are none: no content.</summary>
    public const string None = "[]";

    /// <summary>The stored value.</summary>
    public string Text => text;

    public int Count => throw Unopened;

    public ToolCall this[int index] => throw Unopened;

    private static InvalidOperationException Unopened => new("Calls of tools were read from the database and not decrypted.");

    public IEnumerator<ToolCall> GetEnumerator() => throw Unopened;

    IEnumerator IEnumerable.GetEnumerator() => throw Unopened;
}
