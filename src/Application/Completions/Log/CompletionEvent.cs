using System.Text.Json.Serialization;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Completions.Log;

/// <summary>One entry of a completion's event log: <c>started</c>, any number of <c>delta</c> and <c>reasoning</c>, then exactly one ending.</summary>
public abstract record CompletionEvent
{
    // What an event takes in memory beside its text: itself, its string's header, its place in the log.
    internal const int Overhead = 72;

    /// <summary>Whether it is the last one.</summary>
    internal virtual bool IsEnding => false;

    /// <summary>About how much memory it takes, in bytes.</summary>
    internal virtual int Size => Overhead;

    private protected static int SizeOf(CompletionDto completion) => (4 * Overhead) + (2 * (
        (completion.Message?.Content.Length ?? 0)
        + (completion.Message?.Reasoning?.Length ?? 0)
        + completion.ToolCalls.Sum(call => Overhead + call.Arguments.Length + (call.ExtraContent?.Length ?? 0))));
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

    /// <summary>A field that the model's family needs back, which then is all that the event tells; null otherwise. Told to clients of <c>/v1</c> only.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MessageFieldDelta? Field { get; init; }

    /// <inheritdoc />
    internal override int Size =>
        Overhead + (2 * (Text.Length + (ToolCall?.Size ?? 0) + (Field is { } more ? Overhead + more.Json.Length : 0)));
}

/// <summary>More of what the model says while it reasons; no part of the answer's text.</summary>
/// <param name="Text">To be appended to what came before.</param>
public sealed record CompletionReasoning(string Text) : CompletionEvent
{
    /// <summary>The name it came under, when that is not <c>reasoning_content</c>. Told to clients of <c>/v1</c> only.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Field { get; init; }

    /// <inheritdoc />
    internal override int Size => Overhead + (2 * Text.Length);
}

/// <summary>A field of the answer's message, see <see cref="Ai.MessageField"/>.</summary>
/// <param name="Name">Its name on the wire.</param>
/// <param name="Json">Its value.</param>
public sealed record MessageFieldDelta(string Name, string Json);

/// <summary>A piece of a tool call.</summary>
/// <param name="Index">Which call of the answer, from 0.</param>
/// <param name="Id">The id of the call, the provider's or one of ours; in the first piece, and null in all others.</param>
/// <param name="Name">The function to call; in the first piece, and null in all others.</param>
/// <param name="Arguments">More of the arguments' JSON.</param>
public sealed record ToolCallDelta(int Index, string? Id, string? Name, string Arguments)
{
    /// <summary>What the model's family needs back beside the call, as JSON; null for nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ExtraContent { get; init; }

    /// <summary>About how much it takes, in characters.</summary>
    internal int Size => CompletionEvent.Overhead + Arguments.Length + (ExtraContent?.Length ?? 0);
}

/// <summary>It ended well and is stored.</summary>
/// <param name="Completion">The whole of it.</param>
public sealed record CompletionFinished(CompletionDto Completion) : CompletionEvent
{
    /// <inheritdoc />
    internal override bool IsEnding => true;

    /// <inheritdoc />
    internal override int Size => SizeOf(Completion);
}

/// <summary>Its caller ended it; what had been produced is stored.</summary>
/// <param name="Completion">As far as it came.</param>
public sealed record CompletionCancelled(CompletionDto Completion) : CompletionEvent
{
    /// <inheritdoc />
    internal override bool IsEnding => true;

    /// <inheritdoc />
    internal override int Size => SizeOf(Completion);
}

/// <summary>It broke off; what had been produced is stored.</summary>
/// <param name="Error">Why.</param>
public sealed record CompletionFailed(Error Error) : CompletionEvent
{
    /// <inheritdoc />
    internal override bool IsEnding => true;
}
