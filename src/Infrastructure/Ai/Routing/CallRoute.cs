using System.Numerics;
using CleanLlm.Application.Ai;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>
/// One call's way from provider to provider. All that serve the model are asked in turn, the lowest priority number first and by weight
/// among equals; then again after a while; then the fallback models'. Those that cannot be asked just now are passed over.
/// </summary>
internal sealed class CallRoute(RouteCandidate[] candidates, Router router, string operation, CancellationToken caller) : IDisposable
{
    // Timers are no finer than this.
    private static readonly TimeSpan NothingLeft = TimeSpan.FromMilliseconds(20);

    private readonly long started = router.Clock.GetTimestamp();
    private readonly TimeSpan total = candidates.Max(c => c.Provider.Timeout);
    private readonly int lastGroup = candidates[^1].Group;
    private CancellationTokenSource? deadline;
    private CancellationTokenRegistration callerLeft;
    private DateTimeOffset waitedUntil;
    private (RouteCandidate Candidate, ProviderFailure Failure)? failed;
    // The last failure that may pass, and the last that will not: the request does not suit the provider.
    private ProviderException? trouble;
    private ProviderException? unsuited;
    private bool waited;
    private ulong tried;
    private ulong givenUp;
    private ulong unfit;
    private int group = candidates[0].Group;
    private int round;

    /// <summary>The router that leads it.</summary>
    public Router Router => router;

    /// <summary>What is asked, as telemetry calls it.</summary>
    public string Operation => operation;

    /// <summary>The caller's own token.</summary>
    public CancellationToken Caller => caller;

    private TimeSpan Left => total - router.Clock.GetElapsedTime(started);

    /// <summary>The next to ask, after what waiting is due.</summary>
    /// <exception cref="ProviderException">None is left: how they failed, or when one may be asked again.</exception>
    public ValueTask<Attempt> NextAsync()
    {
        caller.ThrowIfCancellationRequested();
        return failed is null && TryEnter() is { } attempt ? ValueTask.FromResult(attempt) : SearchAsync();
    }

    /// <summary>Takes note of a failure before the answer began.</summary>
    /// <exception cref="ProviderException">It is final.</exception>
    public void GoOnAfter(Attempt attempt, ProviderFault fault)
    {
        attempt.Fail(fault);
        if (fault.Retry == Retry.Nowhere)
            throw fault.Failure;
        // The time of the whole call ran out in a further attempt: what the one before was told says more.
        if (trouble is not null && fault.Failure.Failure == ProviderFailure.Timeout && Left < NothingLeft)
            throw Final();
        failed = (attempt.Candidate, fault.Failure.Failure);
        var bit = Bit(Array.IndexOf(candidates, attempt.Candidate));
        if (fault.Retry == Retry.Elsewhere)
            givenUp |= bit;
        if (fault.IsUnfit)
            NoteUnfit(bit, fault.Failure);
        else
            trouble = fault.Failure;
    }

    public void Dispose()
    {
        callerLeft.Dispose();
        deadline?.Dispose();
    }

    private async ValueTask<Attempt> SearchAsync()
    {
        while (true)
        {
            if (Left <= TimeSpan.Zero)
                throw Final();
            if (TryEnter() is { } attempt || (attempt = await TryQueueAsync()) is not null)
                return attempt;
            if (await TryWaitAsync())
                continue;
            if (group == lastGroup)
                throw Final();
            (group, round, tried) = (candidates.First(c => c.Group > group).Group, 0, 0);
        }
    }

    /// <summary>Enters the best of those that can be asked at once.</summary>
    private Attempt? TryEnter()
    {
        for (var open = Available(); open != 0;)
        {
            var index = Choose(open);
            open &= ~Bit(index);
            if (candidates[index].TryEnter() is { } lease)
                return Begin(index, lease);
        }

        return null;
    }

    /// <summary>When all that could be asked are full: waits for a place at the best of them.</summary>
    private async ValueTask<Attempt?> TryQueueAsync()
    {
        var full = Available();
        for (var i = 0; i < candidates.Length; i++)
        {
            if (candidates[i].OpenUntil > Now())
                full &= ~Bit(i);
        }

        if (full == 0)
            return null;
        var index = Choose(full);
        waited = true;
        if (await candidates[index].Provider.Bulkhead.WaitAsync(Left, caller) is { } place && candidates[index].TryEnter(place) is { } lease)
            return Begin(index, lease);
        givenUp |= Bit(index);
        return null;
    }

    /// <summary>Waits until one of the group may be asked: again, or for the first time.</summary>
    /// <returns>False when none of the group is left.</returns>
    private async ValueTask<bool> TryWaitAsync()
    {
        var now = Now();
        DateTimeOffset? soonest = null;
        var backoff = now + Backoff();
        for (var i = 0; i < candidates.Length; i++)
        {
            if (candidates[i].Group != group || (givenUp & Bit(i)) != 0 || candidates[i].OpenUntil > now)
                continue;
            var again = (tried & Bit(i)) != 0;
            if (again && round + 1 >= router.Retry.Rounds)
                continue;
            var at = again && backoff > candidates[i].PausedUntil ? backoff : candidates[i].PausedUntil;
            // While there is a smaller model that can answer now, no call waits for this one.
            if (at > now && (at <= backoff || group == lastGroup) && (soonest is null || at < soonest))
                soonest = at;
        }

        if (soonest is not { } until)
            return false;
        var wait = until - now;
        if (wait > Left || wait > Longest(backoff - now))
            return false;
        waited = true;
        await Task.Delay(wait, router.Clock, caller);
        waitedUntil = until;
        if (tried != 0)
            (tried, round) = (0, round + 1);
        return true;
    }

    private Attempt Begin(int index, ProviderLease lease)
    {
        tried |= Bit(index);
        if (failed is { } before)
            router.NoteRetry(before.Candidate, candidates[index], before.Failure);
        return new Attempt(this, candidates[index], lease, Token());
    }

    /// <summary>Those of the group that have not been asked in this round and are not paused.</summary>
    private ulong Available()
    {
        ulong available = 0;
        for (var i = 0; i < candidates.Length; i++)
        {
            if (candidates[i].Group == group && ((tried | givenUp) & Bit(i)) == 0 && candidates[i].PausedUntil <= Now())
                available |= Bit(i);
        }

        return available;
    }

    /// <summary>The lowest priority number, and among equals one by weight.</summary>
    private int Choose(ulong among)
    {
        var first = BitOperations.TrailingZeroCount(among);
        if (BitOperations.IsPow2(among))
            return first;

        var (priority, weights) = (int.MaxValue, 0);
        for (var i = 0; i < candidates.Length; i++)
        {
            if ((among & Bit(i)) == 0 || candidates[i].Provider.Options.Priority > priority)
                continue;
            weights = candidates[i].Provider.Options.Weight + (candidates[i].Provider.Options.Priority == priority ? weights : 0);
            priority = candidates[i].Provider.Options.Priority;
        }

        var at = router.Random.Next(weights);
        for (var i = 0; i < candidates.Length; i++)
        {
            if ((among & Bit(i)) == 0 || candidates[i].Provider.Options.Priority != priority)
                continue;
            at -= candidates[i].Provider.Options.Weight;
            if (at < 0)
                return i;
        }

        return first;
    }

    /// <summary>The first attempt's own limits bound it, unless it had to wait; later ones have only what is left of the whole call's time.</summary>
    private CancellationToken Token()
    {
        if (failed is null && !waited)
            return caller;
        if (deadline is null)
        {
            deadline = new CancellationTokenSource(Left > TimeSpan.Zero ? Left : TimeSpan.Zero, router.Clock);
            callerLeft = caller.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), deadline);
        }

        return deadline.Token;
    }

    // A moment that was waited for has come, whatever a coarse clock says.
    private DateTimeOffset Now() => router.Clock.GetUtcNow() is var now && now > waitedUntil ? now : waitedUntil;

    private TimeSpan Backoff() =>
        TimeSpan.FromMilliseconds(router.Retry.BackoffMilliseconds * Math.Pow(2, round) * (0.5 + router.Random.NextDouble()));

    private TimeSpan Longest(TimeSpan backoff) =>
        TimeSpan.FromSeconds(router.Retry.LongestRetryAfterSeconds) is var longest && longest > backoff ? longest : backoff;

    private void NoteUnfit(ulong bit, ProviderException failure)
    {
        unfit |= bit;
        if (unsuited is null || Telling(failure) >= Telling(unsuited))
            unsuited = failure;
    }

    // What is wrong with the request tells more than that a provider does not know the model, and that more than that one was not called.
    private static int Telling(ProviderException failure) => failure.Failure switch
    {
        ProviderFailure.Unsupported => 0,
        ProviderFailure.BadAnswer => 1,
        ProviderFailure.ModelNotFound => 2,
        _ => 3,
    };

    /// <summary>What the caller is told. That the request is wrong only when none takes it: clients do not repeat it then.</summary>
    private ProviderException Final()
    {
        if (unsuited is not null && BitOperations.PopCount(unfit) == candidates.Length)
            return unsuited;
        if (trouble is { RetryAfter: null, Failure: ProviderFailure.Refused or ProviderFailure.RateLimited } last)
            return new ProviderException(last.Failure, last.Message, last) { RetryAfter = Soonest(), Status = last.Status };
        if (trouble is not null)
            return trouble;
        var limited = Others().All(other => other.PausedUntil > Now());
        return new ProviderException(
            limited ? ProviderFailure.RateLimited : ProviderFailure.Refused, "No provider of the model takes calls at the moment.")
        {
            RetryAfter = Soonest() ?? TimeSpan.FromSeconds(1),
        };
    }

    private TimeSpan? Soonest()
    {
        var now = Now();
        var soonest = Others().Min(other => other.ClosedUntil);
        return soonest > now ? soonest - now : null;
    }

    /// <summary>Those that have not said that the request is not for them.</summary>
    private IEnumerable<RouteCandidate> Others() => candidates.Where((_, i) => (unfit & Bit(i)) == 0);

    private static ulong Bit(int index) => 1UL << index;
}
