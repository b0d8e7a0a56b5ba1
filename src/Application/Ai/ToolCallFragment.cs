using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Ai;

/// <summary>
/// A piece of a call that the model wants made, as it comes: the first of an index names it, the later ones add to its arguments.
/// A whole call is one fragment. In messages to a model it stands for a call that was made.
/// </summary>
public sealed class ToolCallFragment : AIContent
{
    /// <summary>Which of the answer's calls it belongs to, from 0.</summary>
    public int Index { get; init; }

    /// <summary>What the result will name; in the first fragment only.</summary>
    public string? Id { get; init; }

    /// <summary>The tool's name; in the first fragment only.</summary>
    public string? Name { get; init; }

    /// <summary>A piece of the arguments, which together are a JSON document; unchecked, as the model wrote it.</summary>
    public string? Arguments { get; init; }
}
