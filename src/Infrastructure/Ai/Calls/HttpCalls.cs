using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using CleanLlm.Application.Ai;

namespace CleanLlm.Infrastructure.Ai.Calls;

/// <summary>What all calls of HTTP services have in common: they are opened, and read as a whole or event by event. Every failure is a <see cref="ProviderException"/>.</summary>
internal static class HttpCalls
{
    /// <summary>Waits for the headers of an answer. The time until its first byte runs from here.</summary>
    /// <param name="sent">The request under way, with the token of the limits.</param>
    /// <param name="limits">The call's.</param>
    /// <param name="clock">Tells how far off a date in <c>Retry-After</c> is.</param>
    /// <returns>An answer of status 2xx.</returns>
    public static async Task<HttpResponseMessage> OpenAsync(Task<HttpResponseMessage> sent, CallClock limits, TimeProvider clock)
    {
        limits.ReadBegins();
        HttpResponseMessage response;
        try
        {
            response = await sent;
        }
        catch (Exception thrown) when (HttpFailures.IsExpected(thrown))
        {
            throw HttpFailures.BeforeAnswer(thrown, limits);
        }

        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw HttpFailures.Of(response, clock);
    }

    /// <summary>Reads an answer in one document.</summary>
    public static async Task<T> ReadWholeAsync<T>(
        HttpResponseMessage response, CallClock limits, Func<AnswerStream, Task<T>> read, int maxBytes = AnswerStream.MaxPartBytes)
    {
        try
        {
            await using var body = new AnswerStream(await response.Content.ReadAsStreamAsync(limits.Token), limits, maxBytes);
            return await read(body);
        }
        catch (Exception thrown) when (HttpFailures.IsExpected(thrown))
        {
            throw HttpFailures.WithinAnswer(thrown, limits);
        }
    }

    /// <summary>Goes on to the next event. Apart from iterators, which cannot yield inside a try with a catch. Runs once a token, so its state is pooled.</summary>
    /// <param name="events">The events of an answer.</param>
    /// <param name="limits">The call's.</param>
    /// <param name="isWhole">Whether the answer is whole: it does not become a failure because its connection ends without the end mark.</param>
    /// <returns>False at the end.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<bool> NextAsync<T>(IAsyncEnumerator<SseItem<T>> events, CallClock limits, bool isWhole = false)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (Exception thrown) when (isWhole && HttpFailures.IsExpected(thrown) && !limits.Caller.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception thrown) when (HttpFailures.IsExpected(thrown))
        {
            throw HttpFailures.WithinAnswer(thrown, limits);
        }
    }
}
