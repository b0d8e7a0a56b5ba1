using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai.Options;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.Calls;

/// <summary>
/// Speaks to one server over HTTP. Whether it answers in one document or as a stream is seen from what it sends, and not from what was
/// asked for. Every failure is a <see cref="ProviderException"/>.
/// </summary>
internal abstract class HttpChatClient(ProviderOptions provider, TimeProvider clock) : IChatClient
{
    /// <summary>How long the end mark is waited for once there is nothing else to come.</summary>
    private static readonly TimeSpan EndMarkWait = TimeSpan.FromSeconds(2);

    /// <summary>The server's settings.</summary>
    protected ProviderOptions Provider => provider;

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var whole = new WholeAnswer(options?.ModelId, provider.MaxAnswerBytes);
        await foreach (var update in AnswerAsync(messages, options, stream: false, cancellationToken))
            whole.Add(update);
        return whole.Response;
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        AnswerAsync(messages, options, stream: true, cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    /// <summary>Measures the limits of a call.</summary>
    protected TimeProvider Clock => clock;

    /// <summary>Sends the request and waits for the headers of an answer of status 2xx.</summary>
    protected abstract Task<HttpResponseMessage> OpenAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, bool stream, CallClock limits);

    /// <summary>A reader of one answer.</summary>
    protected abstract IAnswerReader NewReader();

    private async IAsyncEnumerable<ChatResponseUpdate> AnswerAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options, bool stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var limits = new CallClock(provider, clock, cancellationToken);
        using var response = await OpenAsync(messages, options, stream, limits);
        await using var body = await HttpCalls.OpenBodyAsync(response, limits);
        if (!await HttpCalls.IsEventStreamAsync(body, limits))
        {
            var length = response.Content.Headers.ContentLength;
            var document = await HttpCalls.ReadWholeAsync(body, limits, whole => whole.ReadToEndAsync(length, limits.Token));
            foreach (var update in AnswerProgress.OfDocument(document.Span, NewReader()))
                yield return update;
            yield break;
        }

        body.CompletesEvents = true;
        var progress = new AnswerProgress();
        var isMarked = false;
        await using var events = SseParser.Create(body, AnswerEvents.ParserOf(body, NewReader()))
            .EnumerateAsync(limits.Token).GetAsyncEnumerator(limits.Token);
        while (!isMarked && await HttpCalls.NextAsync(events, limits, progress.IsWhole))
        {
            body.PartEnds();
            isMarked = events.Current.Data.Kind == AnswerEventKind.End;
            if (progress.Take(events.Current.Data) is { } update)
                yield return update;
            Watch(progress, limits);
        }

        if (progress.End(isMarked) is { } last)
            yield return last;
    }

    /// <summary>Until the usage has come, silence after the reason why it ended proves nothing: more of the answer may follow.</summary>
    private static void Watch(AnswerProgress progress, CallClock limits)
    {
        if (progress.IsCounted)
            limits.ShortenIdle(EndMarkWait);
        else
            limits.RestoreIdle();
    }
}
