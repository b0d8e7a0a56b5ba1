using CleanLlm.Domain.Completions;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Completions.Running;

/// <summary>Maps what a client says of an answer's end.</summary>
internal static class FinishReasonMapping
{
    /// <summary>Why an answer ended. A word that is not known does not claim an orderly end: the answer may be incomplete.</summary>
    /// <param name="reason">What the client said; null for nothing.</param>
    /// <param name="hasToolCalls">Whether the answer calls tools.</param>
    public static FinishReason Of(ChatFinishReason? reason, bool hasToolCalls) => reason?.Value switch
    {
        "length" => FinishReason.Length,
        "content_filter" => FinishReason.ContentFilter,
        "tool_calls" => FinishReason.ToolCalls,
        "stop" => FinishReason.Stop,
        _ when hasToolCalls => FinishReason.ToolCalls,
        null => FinishReason.Stop,
        _ => FinishReason.Length,
    };
}
