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
    /// <param name="otherwise">After an error, gives what sends the request in another way that the server may take; null when there is none.</param>
    /// <returns>An answer of status 2xx.</returns>
    public static async Task<HttpResponseMessage> OpenAsync(
        Task<HttpResponseMessage> sent, CallClock limits, TimeProvider clock, Func<UpstreamError, Func<Task<HttpResponseMessage>>?>? otherwise = null)
    {
        while (true)
        {
            var response = await HeadersAsync(sent, limits);
            if (response.IsSuccessStatusCode)
                return response;
            using (response)
            {
                var error = await HttpFailures.ReadAsync(response, limits);
                sent = otherwise?.Invoke(error)?.Invoke() ?? throw HttpFailures.Of(response, clock, error);
            }
        }
    }

    private static async Task<HttpResponseMessage> HeadersAsync(Task<HttpResponseMessage> sent, CallClock limits)
    {
        limits.ReadBegins();
        try
        {
            return await sent;
        }
        catch (Exception thrown) when (HttpFailures.IsExpected(thrown))
        {
            throw HttpFailures.BeforeAnswer(thrown, limits);
        }
    }

    /// <summary>Reads an answer in one document.</summary>
    public static async Task<T> ReadWholeAsync<T>(
        HttpResponseMessage response, CallClock limits, Func<AnswerStream, Task<T>> read, int maxBytes = AnswerStream.MaxPartBytes)
    {
        await using var body = await OpenBodyAsync(response, limits, maxBytes);
        return await ReadWholeAsync(body, limits, read);
    }

    /// <summary>Reads a body in one document.</summary>
    public static async Task<T> ReadWholeAsync<T>(AnswerStream body, CallClock limits, Func<AnswerStream, Task<T>> read)
    {
        try
        {
            return await read(body);
        }
        catch (Exception thrown) when (HttpFailures.IsExpected(thrown))
        {
            throw HttpFailures.WithinAnswer(thrown, limits);
        }
    }

    /// <summary>The body of an answer, as far as it has come.</summary>
    public static async Task<AnswerStream> OpenBodyAsync(HttpResponseMessage response, CallClock limits, int maxPartBytes = AnswerStream.MaxPartBytes)
    {
        try
        {
            return new AnswerStream(await response.Content.ReadAsStreamAsync(limits.Token), limits, maxPartBytes);
        }
        catch (Exception thrown) when (HttpFailures.IsExpected(thrown))
        {
            throw HttpFailures.WithinAnswer(thrown, limits);
        }
    }

    /// <summary>
    /// Whether a body is a stream of events, which its first byte tells: the media type and what was asked for are not always kept to.
    /// </summary>
    public static async Task<bool> IsEventStreamAsync(AnswerStream body, CallClock limits)
    {
        var first = await ReadWholeAsync(body, limits, stream => stream.PeekAsync(limits.Token));
        return first is not ((byte)'{' or (byte)'[');
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
