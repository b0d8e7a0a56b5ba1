using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai.Calls;
using CleanLlm.Infrastructure.Ai.Kinds;
using CleanLlm.Infrastructure.Ai.Options;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.Predict;

/// <summary>Speaks to one service with <c>POST /predict</c>. Every failure is a <see cref="ProviderException"/>.</summary>
internal sealed class PredictChatClient(IPredictApi api, ProviderOptions provider, TimeProvider clock) : HttpChatClient(provider, clock)
{
    private const string Document = "application/json";

    /// <summary>A service that cannot stream answers in one document.</summary>
    private const string Events = "text/event-stream, application/json;q=0.9";

    protected override Task<HttpResponseMessage> OpenAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, bool stream, CallClock limits) =>
        HttpCalls.OpenAsync(api.PredictAsync(Question(messages, options), stream ? Events : Document, limits.Token), limits, Clock);

    protected override IAnswerReader NewReader() => new PredictAnswers();

    private PredictQuestion Question(IEnumerable<ChatMessage> messages, ChatOptions? options) => new(PromptText.Of(messages, options))
    {
        Model = Provider.ModelToName(options?.ModelId),
        MaxTokens = options?.MaxOutputTokens,
        Temperature = options?.Temperature,
        Stop = options?.StopSequences is { Count: > 0 } stops ? stops : null,
    };
}
