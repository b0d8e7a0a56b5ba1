using System.Collections.Frozen;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Ai;

/// <summary>
/// A field of a message beside its text and tool calls that the model's family needs back unchanged in the next turn, such as the
/// thought signatures of Gemini (<c>extra_content</c>). Providers that do not know it ignore it.
/// </summary>
/// <param name="name">The name on the wire, one of <see cref="Known"/>.</param>
/// <param name="value">The value as it came; copied, so its document may be disposed of.</param>
public sealed class MessageField(string name, JsonElement value) : AIContent
{
    /// <summary>The fields of a message that pass through in both directions; any other is dropped.</summary>
    public static FrozenSet<string> Known { get; } = FrozenSet.Create(
        StringComparer.Ordinal, "extra_content", "reasoning_details", "thinking_blocks", "annotations");

    /// <summary>The name on the wire.</summary>
    public string Name { get; } = name;

    /// <summary>The value as it came.</summary>
    public JsonElement Value { get; } = value.Clone();
}
