using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>From OpenAI's answers to the port's.</summary>
internal static class OpenAiAnswers
{
    /// <exception cref="ProviderException">The document holds no answer.</exception>
    public static ChatResponse ToResponse(ChatAnswer? answer, string? model)
    {
        if (answer is not { Choices: [{ Message: { } message } choice, ..] })
            throw new ProviderException(ProviderFailure.BadAnswer, "The provider's answer holds no choice.");
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, message.Content ?? ""))
        {
            ModelId = model,
            FinishReason = Finish(choice.FinishReason),
            Usage = ToUsage(answer.Usage),
        };
    }

    /// <summary>Null when the event adds nothing that callers can see.</summary>
    /// <exception cref="ProviderException">The event reports a failure.</exception>
    public static ChatResponseUpdate? ToUpdate(ChatAnswer part)
    {
        if (part.Error is not null)
            throw new ProviderException(ProviderFailure.CutOff, "The provider reported a failure inside its stream.");

        var choice = part.Choices is [var first, ..] ? first : null;
        var finish = Finish(choice?.FinishReason);
        var usage = ToUsage(part.Usage);
        var text = choice?.Delta?.Content;
        if (string.IsNullOrEmpty(text) && finish is null && usage is null)
            return null;

        var update = new ChatResponseUpdate { Role = ChatRole.Assistant, FinishReason = finish };
        if (!string.IsNullOrEmpty(text))
            update.Contents.Add(new TextContent(text));
        if (usage is not null)
            update.Contents.Add(new UsageContent(usage));
        return update;
    }

    private static ChatFinishReason? Finish(string? reason) => reason switch
    {
        null or "" => null,
        "stop" => ChatFinishReason.Stop,
        "length" => ChatFinishReason.Length,
        "content_filter" => ChatFinishReason.ContentFilter,
        "tool_calls" or "function_call" => ChatFinishReason.ToolCalls,
        _ => new ChatFinishReason(reason),
    };

    private static UsageDetails? ToUsage(WireUsage? usage) => usage is null ? null : new UsageDetails
    {
        InputTokenCount = usage.PromptTokens,
        OutputTokenCount = usage.CompletionTokens,
        TotalTokenCount = usage.TotalTokens ?? (usage.PromptTokens + usage.CompletionTokens),
    };
}
