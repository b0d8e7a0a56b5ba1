using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.Predict;

/// <summary>From the contract's answers to the port's.</summary>
internal static class PredictAnswers
{
    /// <exception cref="ProviderException">The document holds no answer.</exception>
    public static ChatResponse ToResponse(PredictAnswer? answer, string? model)
    {
        if (answer?.Text is not { } text)
            throw new ProviderException(ProviderFailure.BadAnswer, "The provider's answer holds no text.");
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, text))
        {
            ModelId = model,
            FinishReason = Finish(answer.FinishReason) ?? ChatFinishReason.Stop,
            Usage = ToUsage(answer.Usage),
        };
    }

    /// <summary>Null when the event adds nothing that callers can see.</summary>
    /// <exception cref="ProviderException">The event reports a failure.</exception>
    public static ChatResponseUpdate? ToUpdate(PredictAnswer part)
    {
        if (part.Error is not null)
            throw new ProviderException(ProviderFailure.CutOff, "The provider reported a failure inside its stream.");
        if (string.IsNullOrEmpty(part.Text) && !part.Done)
            return null;

        var update = new ChatResponseUpdate { Role = ChatRole.Assistant };
        if (!string.IsNullOrEmpty(part.Text))
            update.Contents.Add(new TextContent(part.Text));
        if (!part.Done)
            return update;
        update.FinishReason = Finish(part.FinishReason) ?? ChatFinishReason.Stop;
        if (ToUsage(part.Usage) is { } usage)
            update.Contents.Add(new UsageContent(usage));
        return update;
    }

    private static ChatFinishReason? Finish(string? reason) => reason switch
    {
        null or "" => null,
        "stop" => ChatFinishReason.Stop,
        "length" => ChatFinishReason.Length,
        "contentFilter" or "content_filter" => ChatFinishReason.ContentFilter,
        _ => new ChatFinishReason(reason),
    };

    private static UsageDetails? ToUsage(PredictUsage? usage) => usage is null ? null : new UsageDetails
    {
        InputTokenCount = usage.PromptTokens,
        OutputTokenCount = usage.CompletionTokens,
        TotalTokenCount = usage.PromptTokens + usage.CompletionTokens,
    };
}
