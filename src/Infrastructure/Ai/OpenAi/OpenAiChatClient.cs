using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai.Calls;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>Speaks to one OpenAI-compatible server. Every failure is a <see cref="ProviderException"/>.</summary>
internal sealed class OpenAiChatClient(IOpenAiApi api, ProviderOptions provider, TimeProvider clock) : IChatClient
{
    /// <summary>Stands for the event <c>[DONE]</c>.</summary>
    private static readonly ChatResponseUpdate Done = new();

    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(2);

    private static readonly SseItemParser<ChatResponseUpdate?> ParseEvent =
        static (_, data) => data.SequenceEqual("[DONE]"u8) ? Done : AnswerReader.ReadEvent(data);

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var request = OpenAiRequests.From(messages, options, stream: false, provider.MaxTokensField);
        using var limits = new CallClock(provider, clock, cancellationToken);
        using var response = await OpenAsync(request, limits);
        return await ReadWholeAsync(response, options?.ModelId, limits);
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var request = OpenAiRequests.From(messages, options, stream: true, provider.MaxTokensField);
        using var limits = new CallClock(provider, clock, cancellationToken);
        using var response = await OpenAsync(request, limits);
        if (response.Content.Headers.ContentType?.MediaType == "application/json")
        {
            // A server that cannot stream answers in one document.
            foreach (var update in (await ReadWholeAsync(response, options?.ModelId, limits)).ToChatResponseUpdates())
                yield return update;
            yield break;
        }

        await using var body = new AnswerStream(await response.Content.ReadAsStreamAsync(CancellationToken.None), limits);
        await using var events = SseParser.Create(body, ParseEvent).EnumerateAsync(limits.Token).GetAsyncEnumerator(limits.Token);
        var finished = false;
        while (await HttpCalls.NextAsync(events, limits, isWhole: finished))
        {
            body.PartEnds();
            var update = events.Current.Data;
            if (ReferenceEquals(update, Done))
                yield break;
            if (update is null)
                continue;
            if (update.FinishReason is not null)
            {
                // The answer is whole. What may still come is the usage, and for that nobody waits long.
                finished = true;
                limits.Hurry(LastPatience);
            }

            yield return update;
        }

        if (!finished)
            throw new ProviderException(ProviderFailure.CutOff, "The provider's stream ended without its end mark.");
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    private Task<HttpResponseMessage> OpenAsync(HttpContent request, CallClock limits) =>
        HttpCalls.OpenAsync(api.CompleteAsync(request, limits.Token), limits, clock);

    private static Task<ChatResponse> ReadWholeAsync(HttpResponseMessage response, string? model, CallClock limits) =>
        HttpCalls.ReadWholeAsync(
            response,
            limits,
            async body => AnswerReader.ReadDocument((await body.ReadToEndAsync(response.Content.Headers.ContentLength, limits.Token)).Span, model));
}
