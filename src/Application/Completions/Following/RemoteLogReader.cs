using CleanLlm.Application.Completions.Log;
using CleanLlm.Application.Logs;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.Completions.Following;

/// <summary>
/// Reads a completion that another instance runs, or ran: its shared log as far as there is one, and how it ended from the database
/// where the log stops short, because its instance died or nothing is shared.
/// </summary>
internal sealed class RemoteLogReader : ICompletionReader
{
    /// <summary>
    /// The id of an ending that the database tells. How many events came before is no longer known, so it is the highest there is: whoever
    /// comes back with it has seen the end, and it is higher than all that were seen before.
    /// </summary>
    public const int EndingId = int.MaxValue;

    // How often the database is asked whether it has ended.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    // How long the log of a run that its instance has ended may take to say the same. Without the log's last pieces, a reader would miss text.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    private readonly CompletionId id;
    private readonly UserId user;
    private readonly TimeSpan patience;
    private readonly ICompletionEventStore shared;
    private readonly ICompletionQueries queries;
    private readonly TimeProvider clock;
    private readonly CancellationToken ct;
    private readonly LogSignal appended;
    private IAsyncDisposable? watch;
    private CompletionDto stored;
    private EventBatch? ending;
    private long lookedAt;
    private int last;

    private RemoteLogReader(
        CompletionDto stored,
        UserId user,
        int after,
        TimeSpan patience,
        ICompletionEventStore shared,
        ICompletionQueries queries,
        TimeProvider clock,
        CancellationToken ct)
    {
        (this.stored, id, this.user, last, this.patience) = (stored, stored.Id, user, after, patience);
        (this.shared, this.queries, this.clock, this.ct) = (shared, queries, clock, ct);
        appended = new LogSignal(Timeout.InfiniteTimeSpan, clock, ct);
        lookedAt = clock.GetTimestamp();
    }

    // The row is stored before the log's last events are shared, by whatever their instance takes for that.
    private bool IsLongOver => stored.FinishedAt is { } end && clock.GetUtcNow() - end > Settling;

    private bool HasEnded => stored.Status is not (CompletionStatus.Running or CompletionStatus.Queued);

    // Until the next look, or once it has ended, for what its instance has yet to share: nothing, when the instance died, or when all is told from the row.
    private TimeSpan Pause => last > 0 && stored.Status is CompletionStatus.Succeeded or CompletionStatus.Cancelled ? Settling : LookInterval;

    public static async Task<ICompletionReader> OpenAsync(
        CompletionDto stored,
        UserId user,
        int after,
        TimeSpan patience,
        ICompletionEventStore shared,
        ICompletionQueries queries,
        TimeProvider clock,
        CancellationToken ct)
    {
        var reader = new RemoteLogReader(stored, user, after, patience, shared, queries, clock, ct);
        if (!reader.IsLongOver)
            reader.watch = await shared.WatchAsync(stored.Id, () => reader.appended.Raise(), ct);
        return reader;
    }

    public async ValueTask<EventBatch> NextAsync()
    {
        if (ending is { } end)
            return end;
        var asked = clock.GetTimestamp();
        while (true)
        {
            appended.Reset();
            var batch = await shared.ReadAsync(id, last, ct);
            if (batch.Events.Count > 0 || batch.IsLast)
            {
                last = batch.FirstId - 1 + batch.Events.Count;
                return batch;
            }

            // What the log of a run that has ended does not say in time, the row does.
            if (HasEnded && (IsLongOver || clock.GetElapsedTime(lookedAt) >= Pause))
                return Ending();
            if (!HasEnded && clock.GetElapsedTime(lookedAt) >= Pause)
                await LookAsync();
            else if (clock.GetElapsedTime(asked) >= patience)
                return new EventBatch(last + 1, ArraySegment<CompletionEvent>.Empty, IsLast: false);
            else
                await appended.WaitAsync(Least(Pause - clock.GetElapsedTime(lookedAt), patience - clock.GetElapsedTime(asked)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        appended.Dispose();
        if (watch is not null)
            await watch.DisposeAsync();
    }

    private async Task LookAsync()
    {
        try
        {
            // The whole row only once it says how it ended: until then it holds a growing answer that is not used here.
            if (await queries.StatusOfAsync(id, user, ct) is not (CompletionStatus.Running or CompletionStatus.Queued))
            {
                // Erased with its user: whoever still reads is told that nothing more comes.
                stored = await queries.FindAsync(id, user, ct)
                    ?? stored with { Status = CompletionStatus.Failed, ErrorCode = CompletionErrors.Interrupted.Code, Message = null };
            }
        }
        catch (Exception) when (!ct.IsCancellationRequested && shared.IsShared)
        {
            // While the database is away the shared log goes on; the next look may find it back.
        }

        lookedAt = clock.GetTimestamp();
    }

    // To one who has seen nothing yet, what came before the ending is told as one piece.
    private EventBatch Ending()
    {
        var end = new EventBatch(EndingId, new[] { CompletionOutcome.EventOf(CompletionOutcome.Of(stored)) }, IsLast: true);
        if (last > 0)
            return end;
        ending = end;
        CompletionEvent[] beginning =
        [
            new CompletionStarted(id, stored.Model),
            .. stored.Message is { } message ? [new CompletionDelta(message.Content)] : Array.Empty<CompletionDelta>(),
            .. stored.ToolCalls.Select((call, i) => new CompletionDelta("") { ToolCall = new ToolCallDelta(i, call.Id, call.Name, call.Arguments) { ExtraContent = call.ExtraContent } }),
        ];
        return new EventBatch(1, beginning, IsLast: false);
    }

    private static TimeSpan Least(TimeSpan left, TimeSpan right)
    {
        var least = left < right ? left : right;
        return least > TimeSpan.FromMilliseconds(1) ? least : TimeSpan.FromMilliseconds(1);
    }
}
