using CleanLlm.Application.Completions.Holding;
using CleanLlm.Application.Faults;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Quotas;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Completions.Running;

/// <summary>
/// Stores how completions end, again and again while the database is away: an answer that was given is not thrown away because its commit
/// failed once (docs/decisions/0040). Meanwhile the instance goes on renewing the lease.
/// </summary>
internal sealed class CompletionClosings(
    ICompletionStore store,
    ICompletionQueries queries,
    RunningCompletions running,
    QuotaTurns turns,
    DatabaseRetries retries,
    IOptions<CompletionOptions> options,
    TimeProvider clock)
{
    // What is left for storing once the process is told to stop and its runs have been ended.
    private static readonly TimeSpan LeavingTime = TimeSpan.FromSeconds(5);

    /// <summary>Stores it, without the caller's token: what was produced is kept and charged also when its caller has left.</summary>
    /// <param name="closing">What is stored.</param>
    /// <param name="isHoldUncertain">Whether what is stored may hold more than is known here; then that is what it gives back.</param>
    /// <exception cref="Exception">It could not be stored, for longer than is tried or by a fault that no waiting mends.</exception>
    public async Task<ClosedCompletion> CloseAsync(CompletionClosing closing, bool isHoldUncertain = false)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(options.Value.StoreSeconds), clock);
        await using var leaving = running.Stopping.UnsafeRegister(static late => ((CancellationTokenSource)late!).CancelAfter(LeavingTime), limit);
        return await retries.RunAsync("The end of a completion", ct => TryAsync(closing, isHoldUncertain, ct), limit.Token);
    }

    private async Task<ClosedCompletion> TryAsync(CompletionClosing closing, bool isHoldUncertain, CancellationToken ct)
    {
        if (await (isHoldUncertain ? store.CloseUncertainAsync(closing, ct) : store.CloseAsync(closing, ct)) is { } counters)
        {
            turns.Release(closing.Completion.UserId);
            return new ClosedCompletion(IsOurs: true, counters, Stored: null);
        }

        // Closed before: by the sweep, or by an earlier attempt whose confirmation was lost.
        var ended = closing.Completion;
        var stored = await queries.FindAsync(ended.Id, ended.UserId, ct);
        return new ClosedCompletion(stored?.Status == ended.Status && stored.ErrorCode == ended.ErrorCode, Counters: null, stored);
    }
}

/// <summary>How a completion was closed.</summary>
/// <param name="IsOurs">Whether it ended as it was to; else the sweep had ended it, or its user is gone.</param>
/// <param name="Counters">The counters after settling; null when they are not known.</param>
/// <param name="Stored">What is stored, where another instance or an earlier attempt had stored it.</param>
internal sealed record ClosedCompletion(bool IsOurs, IReadOnlyList<QuotaCounter>? Counters, CompletionDto? Stored);
