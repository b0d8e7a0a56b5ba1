using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Completions.Log;
using CleanLlm.Application.Completions.Running;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Completions.Following;

/// <summary>Where to read a completion, whichever instance runs it: this one's memory, the shared log, or what the database holds.</summary>
public sealed class CompletionFeed(
    RunningCompletions running, ICompletionEventStore shared, ICompletionQueries queries, TimeProvider clock)
{
    // Nobody waits for signs of life here, only for the end.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Reads the events after <paramref name="after"/> as they come.</summary>
    /// <param name="id">Which completion.</param>
    /// <param name="user">Whose it must be.</param>
    /// <param name="after">The id of the last event already seen; 0 for all.</param>
    /// <param name="patience">After how long a silence the reader gives an empty batch.</param>
    /// <param name="ct">Ends the reading.</param>
    /// <returns>The reader; <see cref="CompletionErrors.NotFound"/> when it is absent or another user's.</returns>
    public async Task<Result<ICompletionReader>> OpenAsync(CompletionId id, UserId user, int after, TimeSpan patience, CancellationToken ct)
    {
        if (running.LogOf(id, user) is { } log)
            return Result<ICompletionReader>.Success(log.OpenReader(after, patience, clock, ct));
        if (await queries.FindAsync(id, user, ct) is not { } stored)
            return CompletionErrors.NotFound;
        return Result<ICompletionReader>.Success(await RemoteLogReader.OpenAsync(stored, user, after, patience, shared, queries, clock, ct));
    }

    /// <summary>As <see cref="OpenAsync"/>, but null when what was already seen includes the ending, so that nothing comes any more.</summary>
    public async Task<Result<ICompletionReader?>> ResumeAsync(CompletionId id, UserId user, int after, TimeSpan patience, CancellationToken ct)
    {
        if (after > 0 && await HasEndedByAsync(id, user, after, ct))
            return Result<ICompletionReader?>.Success(null);
        var opened = await OpenAsync(id, user, after, patience, ct);
        return opened.IsSuccess ? Result<ICompletionReader?>.Success(opened.Value) : opened.Error;
    }

    /// <summary>Waits for the end of a started completion.</summary>
    public async Task<Result<CompletionDto>> OutcomeAsync(StartedCompletion started, CancellationToken ct)
    {
        if (started.Run is { } run)
            return await run.Outcome.WaitAsync(ct);

        if (running.LogOf(started.Id, started.UserId) is null
            && await queries.FindAsync(started.Id, started.UserId, ct) is { Status: not (CompletionStatus.Running or CompletionStatus.Queued) } ended)
            return CompletionOutcome.Of(ended);

        var opened = await OpenAsync(started.Id, started.UserId, after: 0, Patience, ct);
        if (!opened.IsSuccess)
            return opened.Error;
        await using var reader = opened.Value;
        while (true)
        {
            var batch = await reader.NextAsync();
            if (batch.IsLast)
                return CompletionOutcome.Of(batch.Events[^1]);
        }
    }

    private async ValueTask<bool> HasEndedByAsync(CompletionId id, UserId user, int after, CancellationToken ct)
    {
        if (running.LogOf(id, user) is { } log)
            return log.IsEndedBy(after);
        if (await queries.StatusOfAsync(id, user, ct) is null or CompletionStatus.Running or CompletionStatus.Queued)
            return false;
        if (after == RemoteLogReader.EndingId)
            return true;

        var batch = await shared.ReadAsync(id, after, ct);
        if (batch.IsLast || batch.Events.Count > 0)
            return batch.Events.Count == 0;
        // Nothing: the log stops short of an ending, or the id lies beyond it, and was never sent.
        var last = 0;
        do
        {
            batch = await shared.ReadAsync(id, last, ct);
            last += batch.Events.Count;
        }
        while (batch is { IsLast: false, Events.Count: > 0 });
        return batch.IsLast && last <= after;
    }
}
