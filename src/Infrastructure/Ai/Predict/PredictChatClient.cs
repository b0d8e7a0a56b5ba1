using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai.Calls;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.Predict;

/// <summary>Speaks to one service with <c>POST /predict</c>. Every failure is a <see cref="ProviderException"/>.</summary>
internal sealed class PredictChatClient(IPredictApi api, ProviderOptions provider, TimeProvider clock) : IChatClient
{
    private const string Document = "application/json";

    /// <summary>A service that cannot stream answers in one document.</summary>
    private const string Events = "text/event-stream, application/json;q=0.9";

    private static readonly SseItemParser<PredictAnswer?> ParseEvent =
        static (_, data) => JsonSerializer.Deserialize(data, PredictJson.Default.PredictAnswer);

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var question = Question(messages, options);
        using var limits = new CallClock(provider, clock, cancellationToken);
        using var response = await OpenAsync(question, Document, limits);
        return await ReadWholeAsync(response, options?.ModelId, limits);
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var question = Question(messages, options);
        using var limits = new CallClock(provider, clock, cancellationToken);
        using var response = await OpenAsync(question, Events, limits);
        if (response.Content.Headers.ContentType?.MediaType != "text/event-stream")
        {
            foreach (var update in (await ReadWholeAsync(response, options?.ModelId, limits)).ToChatResponseUpdates())
                yield return update;
            yield break;
        }

        await using var body = new AnswerStream(await response.Content.ReadAsStreamAsync(CancellationToken.None), limits);
        await using var events = SseParser.Create(body, ParseEvent).EnumerateAsync(limits.Token).GetAsyncEnumerator(limits.Token);
        while (await HttpCalls.NextAsync(events, limits))
        {
            body.PartEnds();
            if (events.Current.Data is not { } part || PredictAnswers.ToUpdate(part) is not { } update)
                continue;
            yield return update;
            if (part.Done)
                yield break;
        }

        throw new ProviderException(ProviderFailure.CutOff, "The provider's stream ended without its end mark.");
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    private PredictQuestion Question(IEnumerable<ChatMessage> messages, ChatOptions? options) => new(PromptText.Of(messages, options))
    {
        Model = provider.ModelToName(options?.ModelId),
        MaxTokens = options?.MaxOutputTokens,
        Temperature = options?.Temperature,
        Stop = options?.StopSequences is { Count: > 0 } stops ? stops : null,
    };

    private Task<HttpResponseMessage> OpenAsync(PredictQuestion question, string accept, CallClock limits) =>
        HttpCalls.OpenAsync(api.PredictAsync(question, accept, limits.Token), limits, clock);

    private static Task<ChatResponse> ReadWholeAsync(HttpResponseMessage response, string? model, CallClock limits) =>
        HttpCalls.ReadWholeAsync(
            response,
            limits,
            async body => PredictAnswers.ToResponse(await JsonSerializer.DeserializeAsync(body, PredictJson.Default.PredictAnswer, limits.Token), model));
}
