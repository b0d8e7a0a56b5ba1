using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.Calls;

/// <summary>What kind of thing an event of a stream is.</summary>
internal enum AnswerEventKind
{
    /// <summary>It may add to the answer.</summary>
    Piece,

    /// <summary>The last one; it may add to the answer too.</summary>
    End,

    /// <summary>The server reports a failure.</summary>
    Failure,

    /// <summary>It was to be JSON and is not, so something is missing.</summary>
    Unreadable,
}

/// <summary>What one event of a stream, or a document, says.</summary>
internal readonly record struct AnswerEvent(AnswerEventKind Kind)
{
    /// <summary>What the failure was recognised as; the default for one that is not known.</summary>
    public UpstreamError Error { get; init; }

    /// <summary>It is about the answer, and not only about its usage.</summary>
    public bool HasChoice { get; init; }

    /// <summary>It gives the message as a whole and not what it adds to it.</summary>
    public bool IsWhole { get; init; }

    /// <summary>It has text, reasoning, a refusal or a tool call.</summary>
    public bool Speaks { get; init; }

    /// <summary>What it has for callers; null for nothing.</summary>
    public List<AIContent>? Contents { get; init; }

    /// <summary>Why the answer ends; null when it does not say so.</summary>
    public ChatFinishReason? Finish { get; init; }

    /// <summary>What was counted; null when it does not say so.</summary>
    public UsageDetails? Usage { get; init; }

    /// <summary>What llama.cpp counted, for answers without usage.</summary>
    public UsageDetails? Timings { get; init; }
}
