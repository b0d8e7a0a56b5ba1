using System.Text.Json;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Ai;

/// <summary>
/// A piece of a tool call as a provider streams it. In the standard the first piece of an index names id and function, and all of them add to
/// the arguments; providers differ, and the code that joins the pieces has to check. Clients that only know whole calls give
/// <see cref="FunctionCallContent"/> instead.
/// </summary>
public sealed class ToolCallFragment : AIContent
{
    /// <summary>Which call of the answer it belongs to, from 0; its place in the provider's list where that tells none.</summary>
    public required int Index { get; init; }

    /// <summary>The provider's id of the call; null or empty where the piece tells none.</summary>
    public string? Id { get; init; }

    /// <summary>The function to call; null or empty where the piece tells none.</summary>
    public string? Name { get; init; }

    /// <summary>More of the arguments' JSON.</summary>
    public string? Arguments { get; init; }

    /// <summary>
    /// What the model's family needs back beside the call, such as Gemini's thought signature (<c>extra_content</c>); null for nothing.
    /// Does not keep a document alive: it is a copy.
    /// </summary>
    public JsonElement? ExtraContent { get; init; }

    /// <summary>A call that a client gives as a whole, as one piece.</summary>
    /// <param name="call">The call.</param>
    /// <param name="index">Which call of the answer it is, from 0.</param>
    public static ToolCallFragment Of(FunctionCallContent call, int index) => new()
    {
        Index = index,
        Id = call.CallId,
        Name = call.Name,
        Arguments = call.RawRepresentation as string ?? JsonSerializer.Serialize(call.Arguments, AIJsonUtilities.DefaultOptions),
    };
}
