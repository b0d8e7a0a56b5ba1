using System.Text.Json;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Completions.Following;
using CleanLlm.Application.Completions.Log;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Results;
using CleanLlm.WebApi.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace CleanLlm.WebApi.Streaming;

/// <summary>Hands a started completion to its caller: as one JSON document, or as events while it is written.</summary>
internal sealed class CompletionDelivery(EventStream stream, CompletionFeed feed, IOptions<JsonOptions> json, Departure departure, TimeProvider clock)
{
    private readonly JsonSerializerOptions options = json.Value.SerializerOptions;

    /// <summary>Whether the caller asks for events.</summary>
    public static bool WantsEvents(HttpRequest request)
    {
        foreach (var accept in request.Headers.Accept)
        {
            if (accept?.Contains(EventStream.MediaType, StringComparison.OrdinalIgnoreCase) == true)
                return true;
        }

        return false;
    }

    /// <summary>What a body asks under an <c>Idempotency-Key</c>; null without that header.</summary>
    public RepeatableRequest? RepeatOf<TBody>(TBody body, HttpRequest request)
    {
        if (!request.Headers.TryGetValue("Idempotency-Key", out var key))
            return null;
        byte[] target = [.. System.Text.Encoding.UTF8.GetBytes(request.Path.Value ?? ""), (byte)'\n'];
        return new RepeatableRequest(key.ToString(), (byte[])[.. target, .. JsonSerializer.SerializeToUtf8Bytes(body, options)]);
    }

    /// <summary>The answer, or the problem that refused it.</summary>
    /// <param name="started">What the use case made of the request.</param>
    /// <param name="http">The request.</param>
    /// <param name="onDisconnect">What happens to the completion when the caller leaves before its end.</param>
    public Task<IResult> DeliverAsync(Result<StartedCompletion> started, HttpContext http, OnDisconnect onDisconnect) =>
        DeliverAsync(
            started,
            http,
            onDisconnect,
            WantsEvents(http.Request) ? new CompletionEventFormat(options, http) : null,
            static completion => TypedResults.Ok(completion));

    /// <summary>The answer in the caller's own form, or the problem that refused it.</summary>
    /// <param name="started">What the use case made of the request.</param>
    /// <param name="http">The request.</param>
    /// <param name="onDisconnect">What happens to the completion when the caller leaves before its end.</param>
    /// <param name="events">How events are written; null for one document.</param>
    /// <param name="document">Makes the one document.</param>
    /// <param name="silences">
    /// For how many times <see cref="EventStream.LookInterval"/> a stream waits for the first piece of the answer, because a failure before it
    /// can still be a status.
    /// </param>
    public async Task<IResult> DeliverAsync(
        Result<StartedCompletion> started,
        HttpContext http,
        OnDisconnect onDisconnect,
        ICompletionEventFormat? events,
        Func<CompletionDto, IResult> document,
        int silences = 0)
    {
        if (!started.IsSuccess)
            return started.Error.ToProblem();

        var completion = started.Value;
        WriteHeaders(completion, http.Response);
        try
        {
            if (events is null)
            {
                var outcome = await OutcomeAsync(completion, http.RequestAborted);
                // What it had held is given back by now.
                RateLimitHeaders.Write(http.Response, completion.Limits, clock.GetUtcNow());
                return outcome.IsSuccess ? document(outcome.Value) : outcome.Error.ToProblem();
            }

            if (completion.Run is { } run && await run.UnaskedFailureAsync(http.RequestAborted) is { } refusal)
                return refusal.ToProblem();
            RateLimitHeaders.Write(http.Response, completion.Limits, clock.GetUtcNow());
            var opened = await feed.OpenAsync(completion.Id, completion.UserId, after: 0, EventStream.LookInterval, http.RequestAborted);
            if (!opened.IsSuccess)
                return opened.Error.ToProblem();
            await using var reader = new PeekingReader(opened.Value);
            if (await reader.EarlyFailureAsync(silences) is { } failure)
                return failure.ToProblem();
            await stream.WriteAsync(reader, events, http);
            return Results.Empty;
        }
        finally
        {
            if (onDisconnect == OnDisconnect.Cancel && http.RequestAborted.IsCancellationRequested)
                completion.Run?.CancelIfUnread();
        }
    }

    /// <summary>Streams what a reader gives.</summary>
    public async Task<IResult> StreamAsync(ICompletionReader reader, HttpContext http)
    {
        using var format = new CompletionEventFormat(options, http);
        await using (reader)
            await stream.WriteAsync(reader, format, http);
        return Results.Empty;
    }

    // What runs on another instance is waited for there when this one leaves.
    private async Task<Result<CompletionDto>> OutcomeAsync(StartedCompletion completion, CancellationToken aborted)
    {
        if (!completion.IsReplay)
            return await feed.OutcomeAsync(completion, aborted);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(aborted, departure.Reading);
        try
        {
            return await feed.OutcomeAsync(completion, patience.Token);
        }
        catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
        {
            return CompletionErrors.Stopping;
        }
    }

    private static void WriteHeaders(StartedCompletion completion, HttpResponse response)
    {
        response.Headers["Completion-Id"] = completion.Id.ToString();
        if (completion.IsReplay)
            response.Headers["Idempotency-Replayed"] = "true";
    }
}

/// <summary>What happens to a completion whose caller leaves before its end.</summary>
internal enum OnDisconnect
{
    /// <summary>It runs on and is stored; its events can be read again.</summary>
    Continue = 1,

    /// <summary>The call of the model stops; what had been produced is stored and charged.</summary>
    Cancel = 2,
}
