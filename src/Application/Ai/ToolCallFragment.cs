using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Ai;

/// <summary>
/// A piece of a tool call as a provider streams it: the first piece of an index names id and function, all of them add to the
/// arguments. Clients that only know whole calls give <see cref="FunctionCallContent"/> instead.
/// </summary>
public sealed class ToolCallFragment : AIContent
{
    /// <summary>Which call of the answer it belongs to, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>The provider's id of the call; null in all pieces but the first.</summary>
    public string? Id { get; init; }

    /// <summary>The function to call; null in all pieces but the first.</summary>
    public string? Name { get; init; }

    /// <summary>More of the arguments' JSON.</summary>
    public string? Arguments { get; init; }
}
