using System.Text.Json.Serialization;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Completions;

/// <summary>One entry of a completion's event log: <c>started</c>, any number of <c>delta</c>, then exactly one ending.</summary>
public abstract record CompletionEvent
{
    // What an event takes in memory beside its text: itself, its string's header, its place in the log.
    private protected const int Overhead = 72;

    /// <summary>Whether it is the last one.</summary>
    internal virtual bool IsEnding => false;

    /// <summary>About how much memory it takes, in bytes.</summary>
    internal virtual int Size => Overhead;
}

/// <summary>It was admitted and the model is asked.</summary>
/// <param name="Id">The completion.</param>
/// <param name="Model">The model asked.</param>
public sealed record CompletionStarted(CompletionId Id, string Model) : CompletionEvent;

/// <summary>More text of the answer.</summary>
/// <param name="Text">To be appended to what came before.</param>
public sealed record CompletionDelta(string Text) : CompletionEvent
{
    /// <summary>More of a tool call, which then is all that the event tells; null otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ToolCallDelta? ToolCall { get; init; }

    /// <inheritdoc />
    internal override int Size => Overhead + (2 * (Text.Length + (ToolCall is { } call ? Overhead + call.Arguments.Length : 0)));
}

/// <summary>A piece of a tool call.</summary>
/// <param name="Index">Which call of the answer, from 0.</param>
/// <param name="Id">The provider's id of the call; null in all pieces but the first.</param>
/// <param name="Name">The function to call; null in all pieces but the first.</param>
/// <param name="Arguments">More of the arguments' JSON.</param>
public sealed record ToolCallDelta(int Index, string? Id, string? Name, string Arguments);

/// <summary>It ended well and is stored.</summary>
/// <param name="Completion">The whole of it.</param>
public sealed record CompletionFinished(CompletionDto Completion) : CompletionEvent
{
    /// <inheritdoc />
    internal override bool IsEnding => true;

    /// <inheritdoc />
    internal override int Size => (4 * Overhead) + (2 * (Completion.Message?.Content.Length ?? 0));
}

/// <summary>Its caller ended it; what had been produced is stored.</summary>
/// <param name="Completion">As far as it came.</param>
public sealed record CompletionCancelled(CompletionDto Completion) : CompletionEvent
{
    /// <inheritdoc />
    internal override bool IsEnding => true;

    /// <inheritdoc />
    internal override int Size => (4 * Overhead) + (2 * (Completion.Message?.Content.Length ?? 0));
}

/// <summary>It broke off; what had been produced is stored.</summary>
/// <param name="Error">Why.</param>
public sealed record CompletionFailed(Error Error) : CompletionEvent
{
    /// <inheritdoc />
    internal override bool IsEnding => true;
}
