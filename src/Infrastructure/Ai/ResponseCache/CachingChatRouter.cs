using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Ai.ResponseCache;

/// <summary>
/// Answers what was answered before from the cache, and lets equal calls at the same time share one, in either
/// delivery. Calls without <see cref="RoutedCall.Cache"/> pass it by.
/// </summary>
internal sealed partial class CachingChatRouter(
    IChatRouter inner,
    CachedAnswers answers,
    ResponseCacheMetrics metrics,
    IOptions<ResponseCacheOptions> limits,
    TimeProvider clock,
    ILogger<CachingChatRouter> logger) : IChatRouter
{
    private readonly ConcurrentDictionary<string, SharedAnswer> running = new(StringComparer.Ordinal);

    public Task<ChatResponse> GetResponseAsync(IReadOnlyList<ChatMessage> messages, ChatOptions options, RoutedCall call, CancellationToken ct) =>
        CachedCall.Of(messages, options, call, stream: false) is { } cached
            ? AnswerOnceAsync(cached, ct)
            : inner.GetResponseAsync(messages, options, call, ct);

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IReadOnlyList<ChatMessage> messages, ChatOptions options, RoutedCall call, CancellationToken ct) =>
        CachedCall.Of(messages, options, call, stream: true) is { } cached
            ? AnswerAsync(cached, ct)
            : inner.GetStreamingResponseAsync(messages, options, call, ct);

    private async Task<ChatResponse> AnswerOnceAsync(CachedCall call, CancellationToken ct)
    {
        if (await answers.NameAsync(call.Messages, call.Options, call.Routed, call.Terms, ct) is { } name)
        {
            using var reader = Join(name, call, ct);
            try
            {
                var updates = new List<ChatResponseUpdate>();
                while (await reader.NextAsync() is { } update)
                    updates.Add(update);
                metrics.Count(reader.Outcome);
                return Whole(updates);
            }
            catch (Exception) when (reader.Follows && !ct.IsCancellationRequested)
            {
                // The failure of the call that was followed need not be this one's.
            }
        }

        // A call that was followed no longer decides which model answers and which caller pays.
        call.Forget();
        metrics.Count(CacheOutcome.Miss);
        return await inner.GetResponseAsync(call.Messages, call.Options, call.Routed, ct);
    }

    private async IAsyncEnumerable<ChatResponseUpdate> AnswerAsync(CachedCall call, [EnumeratorCancellation] CancellationToken ct)
    {
        if (await answers.NameAsync(call.Messages, call.Options, call.Routed, call.Terms, ct) is { } name)
        {
            using var reader = Join(name, call, ct);
            var (first, canFollow) = await TryFirstAsync(reader, ct);
            if (canFollow)
            {
                for (var update = first; update is not null; update = await reader.NextAsync())
                    yield return update;
                metrics.Count(reader.Outcome);
                yield break;
            }
        }

        // A call that was followed no longer decides which model answers and which caller pays.
        call.Forget();
        metrics.Count(CacheOutcome.Miss);
        await foreach (var update in inner.GetStreamingResponseAsync(call.Messages, call.Options, call.Routed, ct))
            yield return update;
    }

    // The port's own way of joining pieces would lose under which name reasoning came.
    private static ChatResponse Whole(List<ChatResponseUpdate> updates)
    {
        var contents = updates.SelectMany(update => update.Contents).ToList();
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, [.. contents.Where(content => content is not UsageContent)]))
        {
            Usage = contents.OfType<UsageContent>().LastOrDefault()?.Details,
            FinishReason = updates.LastOrDefault(update => update.FinishReason is not null)?.FinishReason,
        };
    }

    // As long as nothing of the shared answer was shown, its failure is not this caller's.
    private static async ValueTask<(ChatResponseUpdate? First, bool CanFollow)> TryFirstAsync(SharedAnswerReader reader, CancellationToken ct)
    {
        try
        {
            return (await reader.NextAsync(), CanFollow: true);
        }
        catch (Exception) when (reader.Follows && !ct.IsCancellationRequested)
        {
            return (null, CanFollow: false);
        }
    }

    /// <summary>Follows the call that runs, or begins it.</summary>
    private SharedAnswerReader Join(string name, CachedCall call, CancellationToken ct)
    {
        while (true)
        {
            var mine = new SharedAnswer(call.Routed);
            var shared = running.GetOrAdd(name, mine);
            var leads = ReferenceEquals(shared, mine);
            if (!leads)
                mine.Dispose();
            if (shared.TryJoin(call.Routed, leads, ct) is { } reader)
            {
                if (leads)
                    _ = RunAsync(name, shared, call);
                return reader;
            }

            // It failed, or its readers all left: it is being removed.
            running.TryRemove(KeyValuePair.Create(name, shared));
        }
    }

    /// <summary>Looks for the answer first: a caller that comes after the end of an equal call finds what that call kept.</summary>
    private async Task RunAsync(string name, SharedAnswer shared, CachedCall call)
    {
        var abandoned = shared.Abandoned;
        try
        {
            if (await answers.FindAsync(name, call.Terms, abandoned) is { } kept)
            {
                shared.Publish(kept);
                shared.End(fault: null);
                return;
            }

            await foreach (var update in AskAsync(call, shared.Call, abandoned))
                shared.Publish(update);
            var answer = Keepable(shared);
            // An answer that is not to be repeated must not reach callers that come after the end of this call.
            if (answer is null)
                running.TryRemove(KeyValuePair.Create(name, shared));
            shared.End(fault: null);
            if (answer is not null)
                await KeepAsync(name, call.Terms, answer);
        }
        catch (Exception fault)
        {
            shared.End(fault);
        }
        finally
        {
            running.TryRemove(KeyValuePair.Create(name, shared));
            shared.Dispose();
        }
    }

    private async IAsyncEnumerable<ChatResponseUpdate> AskAsync(CachedCall call, RoutedCall routed, [EnumeratorCancellation] CancellationToken ct)
    {
        if (call.Stream)
        {
            await foreach (var update in inner.GetStreamingResponseAsync(call.Messages, call.Options, routed, ct))
                yield return update;
            yield break;
        }

        foreach (var update in (await inner.GetResponseAsync(call.Messages, call.Options, routed, ct)).ToChatResponseUpdates())
            yield return update;
    }

    // What a smaller model said in the place of the one that was asked is nothing to repeat once that one is back.
    private CachedAnswer? Keepable(SharedAnswer shared)
    {
        var wanted = shared.Call.Candidates[0];
        var served = shared.Call.Served ?? wanted;
        return served.Id == wanted.Id ? CachedAnswer.Of(shared.Updates, served, answers.ExpiryOf(clock.GetUtcNow()), limits.Value.MaxAnswerBytes) : null;
    }

    // Readers do not wait for it. No token: it is of use to later callers.
    private async Task KeepAsync(string name, CacheTerms terms, CachedAnswer answer)
    {
        try
        {
            await answers.KeepAsync(name, terms, answer, CancellationToken.None);
        }
        catch (Exception fault)
        {
            LogNotKept(fault);
        }
    }

    [LoggerMessage(LogLevel.Warning, "An answer could not be cached")]
    private partial void LogNotKept(Exception fault);

    /// <summary>A call that may be cached.</summary>
    private sealed record CachedCall(IReadOnlyList<ChatMessage> Messages, ChatOptions Options, RoutedCall Routed, CacheTerms Terms, bool Stream)
    {
        /// <summary>No provider has answered it yet.</summary>
        public void Forget() => (Routed.Served, Routed.Cached) = (null, false);

        /// <summary>Null for any other.</summary>
        public static CachedCall? Of(IReadOnlyList<ChatMessage> messages, ChatOptions options, RoutedCall routed, bool stream) =>
            routed is { Cache: { } terms, Candidates.Count: > 0 } ? new CachedCall(messages, options, routed, terms, stream) : null;
    }
}
