using CleanLlm.Inference.V1;
using CleanLlm.Infrastructure.Ai.Calls;
using CleanLlm.Infrastructure.Ai.Kinds;
using CleanLlm.Infrastructure.Ai.Options;
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

    /// <summary>A whole answer. The status says that it is complete, so it needs no reason.</summary>
    public static AnswerEvent Read(PredictResponse answer) => Read(answer.Text, answer.FinishReason, answer.Usage) with
    {
        Finish = Finish(answer.FinishReason) ?? ChatFinishReason.Stop,
    };

    /// <summary>A piece of an answer.</summary>
    public static AnswerEvent Read(PredictChunk chunk) => Read(chunk.Text, chunk.FinishReason, chunk.Usage);

    private static AnswerEvent Read(string text, FinishReason reason, Usage? usage) => new(AnswerEventKind.Piece)
    {
        HasChoice = true,
        Speaks = text.Length > 0,
        Contents = text.Length > 0 ? [new TextContent(text)] : null,
        Finish = Finish(reason),
        Usage = ToUsage(usage),
    };

    private static ChatFinishReason? Finish(FinishReason reason) => reason switch
    {
        FinishReason.Unspecified => null,
        FinishReason.Stop => ChatFinishReason.Stop,
        FinishReason.Length => ChatFinishReason.Length,
        FinishReason.ContentFilter => ChatFinishReason.ContentFilter,
        // Of a newer contract.
        _ => new ChatFinishReason(reason.ToString()),
    };

    private static UsageDetails? ToUsage(Usage? usage) => usage is null ? null : new UsageDetails
    {
        InputTokenCount = usage.PromptTokens,
        OutputTokenCount = usage.CompletionTokens,
    };
}
