using System.Diagnostics.Metrics;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Completions.Admitting;

/// <summary>
/// Stands before the database: as many requests are admitted at once as it takes on together, some wait, and the rest is refused at once, so
/// that an overload is told in milliseconds and those that wait are served soon. Users take turns, and when all waiting places are taken,
/// whoever has most of them gives one up (docs/decisions/0049). It closes when the process leaves (docs/decisions/0048).
/// </summary>
public sealed partial class AdmissionGate : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "CleanLlm.Admission";

    private const string ReasonTag = "cleanllm.admission.reason";

    // A crowd may come at once. Once some have waited without a break for so long, it is no burst: more come than are served.
    private static readonly TimeSpan LongestBurst = TimeSpan.FromMilliseconds(500);

    // A refusal that comes later than this is no quick one. When nothing newer waits, the queue is not being refilled and is soon short.
    private static readonly TimeSpan LatestDisplaced = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private readonly Dictionary<UserId, AdmissionShare> shares = [];

    // Shares with a request that waits, the one whose turn is next first.
    private readonly LinkedList<AdmissionShare> turns = [];
    private readonly AdmissionShares lengths = new();
    private readonly AdmissionPace pace;

    // Those that were in before: whatever user they are of, theirs is the next turn.
    private readonly AdmissionShare returning = new(default);
    private readonly int places;
    private readonly int mostWaiting;
    private readonly TimeSpan longestWait;
    private readonly TimeProvider clock;
    private readonly ILogger<AdmissionGate> logger;
    private readonly Meter meter = new(MeterName);
    private readonly Counter<long> refusals;
    private int inside;
    private int waiting;
    private long waitingSince;
    private int refusedSinceLog;
    private long loggedAt;
    private TaskCompletionSource? emptied;

    /// <param name="store">Says how many it admits together.</param>
    /// <param name="options">How many may wait, and for how long.</param>
    /// <param name="clock">Measures how long some have waited.</param>
    /// <param name="logger">Is told of refusals, once in ten seconds.</param>
    public AdmissionGate(ICompletionStore store, IOptions<CompletionOptions> options, TimeProvider clock, ILogger<AdmissionGate> logger)
    {
        (this.clock, this.logger, pace) = (clock, logger, new AdmissionPace(clock));
        // One is left to those who wait for an answer, whatever titles there are to write.
        places = Math.Max(2, store.AdmissionsAtOnce);
        (mostWaiting, longestWait) = (options.Value.MaxWaiting, TimeSpan.FromSeconds(options.Value.MaxWaitSeconds));
        loggedAt = clock.GetTimestamp() - (long)(LogInterval.TotalSeconds * clock.TimestampFrequency);
        refusals = meter.CreateCounter<long>("cleanllm.admissions.refused", "{request}", "Requests refused before anything of them was stored.");
        meter.CreateObservableGauge("cleanllm.admissions.waiting", () => Waiting, "{request}", "Requests that wait to be admitted.");
    }

    /// <summary>Requests that wait now.</summary>
    public int Waiting
    {
        get
        {
            lock (gate)
                return waiting;
        }
    }

    private bool IsClosed => emptied is not null;

    // In a burst as many may wait as are served in a quarter of the longest wait, by the pace of late; in an overload no more than are soon served.
    private int MostWaiting
    {
        get
        {
            var few = Math.Min(mostWaiting, 2 * places);
            if (waiting > 0 && clock.GetElapsedTime(waitingSince) > LongestBurst)
                return few;
            return pace.Current is { } turn ? (int)Math.Clamp(longestWait / 4 / turn, few, mostWaiting) : mostWaiting;
        }
    }

    /// <summary>Lets no further request in and refuses those that wait.</summary>
    /// <returns>Ends once those inside have been admitted or refused.</returns>
    public Task CloseAsync()
    {
        lock (gate)
        {
            if (emptied is null)
            {
                emptied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                while (turns.First is { Value: var share })
                    Dequeue(share).Answer(CompletionErrors.Stopping);
                if (inside == 0)
                    emptied.SetResult();
            }

            return emptied.Task;
        }
    }

    /// <inheritdoc />
    public void Dispose() => meter.Dispose();

    /// <summary>Asks to be let in; who is must <see cref="Leave"/>.</summary>
    /// <param name="user">Whose request it is.</param>
    /// <param name="isBackground">Nobody waits for it: it does not queue, and never takes the last place.</param>
    /// <param name="ct">Gives up waiting.</param>
    /// <returns>Null when it is in; else why it is not.</returns>
    internal ValueTask<Error?> EnterAsync(UserId user, bool isBackground, CancellationToken ct)
    {
        AdmissionWait? wait = null;
        Error? refusal = null;
        lock (gate)
        {
            if (IsClosed)
                refusal = CompletionErrors.Stopping;
            else if (waiting == 0 && inside < (isBackground ? places - 1 : places))
                inside++;
            else if (isBackground || (wait = TryEnqueue(user)) is null)
                refusal = CompletionErrors.Overloaded;
        }

        if (wait is not null)
            return WaitAsync(wait, ct);
        if (refusal is not null)
            NoteRefusal(refusal);
        return ValueTask.FromResult(refusal);
    }

    /// <summary>Asks for the place that a request has given back for a while. It is refused only when it waits too long or the process leaves.</summary>
    internal ValueTask<Error?> ReturnAsync(CancellationToken ct)
    {
        AdmissionWait? wait = null;
        lock (gate)
        {
            if (IsClosed)
                return ValueTask.FromResult<Error?>(CompletionErrors.Stopping);
            if (inside < places)
                inside++;
            else
                wait = Enqueue(returning);
        }

        return wait is null ? ValueTask.FromResult<Error?>(null) : WaitAsync(wait, ct);
    }

    /// <summary>One that was in is admitted, or refused for another reason. The next comes in.</summary>
    internal void Leave()
    {
        lock (gate)
        {
            if (turns.First is { Value: var share })
            {
                pace.NoteTurn(waitingSince);
                Dequeue(share).Answer(null);
                return;
            }

            inside--;
            if (inside == 0)
                emptied?.TrySetResult();
        }
    }

    /// <summary>Counts a request that is refused before anything of it was stored.</summary>
    internal void NoteRefusal(Error refusal)
    {
        refusals.Add(1, new KeyValuePair<string, object?>(ReasonTag, refusal.Code));
        int refused;
        lock (gate)
        {
            refusedSinceLog++;
            if (clock.GetElapsedTime(loggedAt) < LogInterval)
                return;
            (refused, refusedSinceLog, loggedAt) = (refusedSinceLog, 0, clock.GetTimestamp());
        }

        LogRefused(refused, refusal.Code);
    }

    private AdmissionWait? TryEnqueue(UserId user)
    {
        var share = shares.GetValueOrDefault(user);
        if (waiting >= MostWaiting && !TryDisplaceFor(share?.Count ?? 0))
            return null;

        share ??= new AdmissionShare(user);
        shares[user] = share;
        var wait = Enqueue(share);
        lengths.Changed(share);
        return wait;
    }

    private AdmissionWait Enqueue(AdmissionShare share)
    {
        var now = clock.GetTimestamp();
        var wait = share.Add(now);
        if (waiting++ == 0)
            waitingSince = now;
        if (share.Turn.List is null)
            GiveTurn(share);
        return wait;
    }

    private void GiveTurn(AdmissionShare share)
    {
        if (share == returning)
            turns.AddFirst(share.Turn);
        else
            turns.AddLast(share.Turn);
    }

    private bool TryDisplaceFor(int count)
    {
        if (lengths.Longest is not { } longest || longest.Count <= count + 1)
            return false;
        var last = longest.Last;
        if (clock.GetElapsedTime(last.Since) > LatestDisplaced)
            return false;
        Remove(last);
        last.Answer(CompletionErrors.Overloaded);
        return true;
    }

    private AdmissionWait Dequeue(AdmissionShare share)
    {
        var first = share.First;
        turns.Remove(share.Turn);
        Remove(first);
        if (share.Count > 0)
            GiveTurn(share);
        return first;
    }

    private void Remove(AdmissionWait wait)
    {
        wait.Leave();
        waiting--;
        if (wait.Share != returning)
            lengths.Changed(wait.Share);
        if (wait.Share is not { Count: 0 } empty)
            return;
        shares.Remove(empty.User);
        if (empty.Turn.List is not null)
            turns.Remove(empty.Turn);
    }

    private async ValueTask<Error?> WaitAsync(AdmissionWait wait, CancellationToken ct)
    {
        Error? refusal;
        try
        {
            refusal = await wait.Turn.WaitAsync(longestWait, clock, ct);
        }
        catch (Exception given) when (given is TimeoutException or OperationCanceledException)
        {
            lock (gate)
            {
                if (wait.IsWaiting)
                {
                    Remove(wait);
                    wait.Answer(CompletionErrors.Overloaded);
                }
            }

            // Its turn may have come in the same moment.
            refusal = await wait.Turn;
            if (ct.IsCancellationRequested)
            {
                if (refusal is null)
                    Leave();
                ct.ThrowIfCancellationRequested();
            }
        }

        if (refusal is not null)
            NoteRefusal(refusal);
        return refusal;
    }

    [LoggerMessage(LogLevel.Warning, "{Count} requests were refused before they were admitted, the last one by {Code}")]
    private partial void LogRefused(int count, string code);
}
