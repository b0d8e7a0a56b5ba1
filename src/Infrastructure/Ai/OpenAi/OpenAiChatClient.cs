using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>Speaks to one OpenAI-compatible server. Every failure is a <see cref="ProviderException"/>.</summary>
internal sealed class OpenAiChatClient(IOpenAiApi api, ProviderOptions provider, TimeProvider clock) : IChatClient
{
    private static readonly SseItemParser<ChatAnswer?> ParseEvent = static (_, data) => data.SequenceEqual("[DONE]"u8)
        ? ChatAnswer.Done
        : JsonSerializer.Deserialize(data, OpenAiJson.Default.ChatAnswer);

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var request = OpenAiRequests.From(messages, options, stream: false);
        using var limits = new CallClock(provider, clock, cancellationToken);
        using var response = await OpenAsync(request, limits);
        return await ReadWholeAsync(response, request.Model, limits);
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = OpenAiRequests.From(messages, options, stream: true);
        using var limits = new CallClock(provider, clock, cancellationToken);
        using var response = await OpenAsync(request, limits);
        if (response.Content.Headers.ContentType?.MediaType == "application/json")
        {
            // A server that cannot stream answers in one document.
            foreach (var update in (await ReadWholeAsync(response, request.Model, limits)).ToChatResponseUpdates())
                yield return update;
            yield break;
        }

        await using var body = new AnswerStream(await response.Content.ReadAsStreamAsync(CancellationToken.None), limits);
        await using var events = SseParser.Create(body, ParseEvent).EnumerateAsync(limits.Token).GetAsyncEnumerator(limits.Token);
        var finished = false;
        while (await NextAsync(events, limits))
        {
            body.PartEnds();
            var part = events.Current.Data;
            if (ReferenceEquals(part, ChatAnswer.Done))
                yield break;
            if (part is null || OpenAiAnswers.ToUpdate(part) is not { } update)
                continue;
            finished |= update.FinishReason is not null;
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

    private async Task<HttpResponseMessage> OpenAsync(ChatRequest request, CallClock limits)
    {
        HttpResponseMessage response;
        try
        {
            response = await api.CompleteAsync(request, provider.Name, limits.Token);
        }
        catch (Exception thrown) when (OpenAiFailures.IsExpected(thrown))
        {
            throw OpenAiFailures.BeforeAnswer(thrown, limits);
        }

        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw OpenAiFailures.Of(response, clock);
    }

    private static async Task<ChatResponse> ReadWholeAsync(HttpResponseMessage response, string model, CallClock limits)
    {
        try
        {
            await using var body = new AnswerStream(await response.Content.ReadAsStreamAsync(limits.Token), limits);
            return OpenAiAnswers.ToResponse(await JsonSerializer.DeserializeAsync(body, OpenAiJson.Default.ChatAnswer, limits.Token), model);
        }
        catch (Exception thrown) when (OpenAiFailures.IsExpected(thrown))
        {
            throw OpenAiFailures.WithinAnswer(thrown, limits);
        }
    }

    /// <summary>Apart from the iterator, which cannot yield inside a try with a catch.</summary>
    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<SseItem<ChatAnswer?>> events, CallClock limits)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (Exception thrown) when (OpenAiFailures.IsExpected(thrown))
        {
            throw OpenAiFailures.WithinAnswer(thrown, limits);
        }
    }
}
