using CleanLlm.Inference.V1;
using CleanLlm.Infrastructure.Ai.Calls;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.Grpc;

/// <summary>From the port's messages to the contract's and back.</summary>
internal static class GrpcMessages
{
    /// <exception cref="Application.Ai.ProviderException">The contract has no form for what is asked.</exception>
    public static PredictRequest Question(IEnumerable<ChatMessage> messages, ChatOptions? options, ProviderOptions provider)
    {
        var question = new PredictRequest { Prompt = PromptText.Of(messages, options) };
        if (options is null)
            return question;
        if (provider.ModelToName(options.ModelId) is { } model)
            question.Model = model;
        if (options.MaxOutputTokens is { } most)
            question.MaxTokens = (uint)Math.Max(most, 0);
        if (options.Temperature is { } temperature)
            question.Temperature = temperature;
        if (options.StopSequences is { } stops)
            question.Stop.AddRange(stops);
        return question;
    }

    public static ChatResponse ToResponse(PredictResponse answer, string? model) => new(new ChatMessage(ChatRole.Assistant, answer.Text))
    {
        ModelId = model,
        FinishReason = Finish(answer.FinishReason) ?? ChatFinishReason.Stop,
        Usage = ToUsage(answer.Usage),
    };

    /// <summary>Null when the chunk adds nothing that callers can see.</summary>
    public static ChatResponseUpdate? ToUpdate(PredictChunk chunk)
    {
        var finish = Finish(chunk.FinishReason);
        if (chunk is { Text: "", Usage: null } && finish is null)
            return null;

        var update = new ChatResponseUpdate { Role = ChatRole.Assistant, FinishReason = finish };
        if (chunk.Text.Length > 0)
            update.Contents.Add(new TextContent(chunk.Text));
        if (ToUsage(chunk.Usage) is { } usage)
            update.Contents.Add(new UsageContent(usage));
        return update;
    }

    private static ChatFinishReason? Finish(FinishReason reason) => reason switch
    {
        FinishReason.Unspecified => null,
        FinishReason.Length => ChatFinishReason.Length,
        FinishReason.ContentFilter => ChatFinishReason.ContentFilter,
        _ => ChatFinishReason.Stop,
    };

    private static UsageDetails? ToUsage(Usage? usage) => usage is null ? null : new UsageDetails
    {
        InputTokenCount = usage.PromptTokens,
        OutputTokenCount = usage.CompletionTokens,
        TotalTokenCount = (long)usage.PromptTokens + usage.CompletionTokens,
    };
}
