using CleanLlm.Application.Completions;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>Completions in memory, admitted by the domain's own decision.</summary>
internal sealed class FakeCompletionStore : ICompletionStore
{
    /// <summary>What was used of every limit before.</summary>
    public long Used { get; set; }

    /// <summary>What others hold of every limit.</summary>
    public long Reserved { get; set; }

    /// <summary>Runs once a hold has grown, before the caller is told.</summary>
    public Action OnGrown { get; set; } = () => { };

    /// <summary>How long the answers were to become that were to be paid for.</summary>
    public List<int> Growths { get; } = [];

    /// <summary>What is stored of the reservations of running completions.</summary>
    public Dictionary<CompletionId, Reservation> Held { get; } = [];

    /// <summary>Runs in place of the next closings.</summary>
    public Func<CompletionClosing, bool> OnClose { get; set; } = _ => true;

    /// <summary>Runs before the next checkpoints.</summary>
    public Action<CompletionCheckpoint> OnCheckpoint { get; set; } = _ => { };

    /// <summary>Whether a checkpoint finds its row free.</summary>
    public Func<CompletionId, bool> IsRenewed { get; set; } = _ => true;

    /// <summary>What refuses an admission before the limits are looked at; null for nothing.</summary>
    public Func<Completion, Error?> OnAdmit { get; set; } = _ => null;

    public int AdmissionsAtOnce { get; init; } = 1_000;

    /// <summary>By which leases end.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public List<Completion> Admitted { get; } = [];

    public List<QuotaDemand> Demands { get; } = [];

    public List<CompletionCheckpoint> Checkpoints { get; } = [];

    public List<CompletionClosing> Closings { get; } = [];

    /// <summary>The completions that a caller wants ended.</summary>
    public List<CompletionId> CancelRequests { get; } = [];

    /// <summary>What was remembered of repeatable requests.</summary>
    public List<IdempotencyKey> Keys { get; } = [];

    /// <summary>Those of them that were closed only if their lease had ended.</summary>
    public List<CompletionClosing> AbandonedClosings { get; } = [];

    /// <summary>What a crash left behind; a closing takes it out.</summary>
    public List<Completion> Abandoned { get; } = [];

    // The rows keep their leases when a closing fails.
    private readonly Dictionary<CompletionId, LeaseKey> leases = [];

    public Task<Result<IReadOnlyList<QuotaCounter>>> AdmitAsync(
        Completion completion, IReadOnlyList<PlanLimit> limits, QuotaDemand demand, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        Demands.Add(demand);
        if (OnAdmit(completion) is { } refusal)
            return Task.FromResult<Result<IReadOnlyList<QuotaCounter>>>(refusal);
        QuotaCounter[] before = [.. limits.Select(limit => Counter(completion, limit))];
        var decision = Reservation.Decide(completion.UserId, limits, before, demand, completion.CreatedAt);
        if (!decision.IsSuccess)
            return Task.FromResult<Result<IReadOnlyList<QuotaCounter>>>(decision.Error);

        if (completion.IdempotencyKey is { } key)
        {
            if (Keys.Any(known => known.KeyHash.SequenceEqual(key.KeyHash)))
                return Task.FromResult<Result<IReadOnlyList<QuotaCounter>>>(CompletionErrors.AlreadyAsked);
            Keys.Add(key);
        }

        completion.Hold(decision.Value, completion.CreatedAt.AddSeconds(30));
        Held[completion.Id] = decision.Value;
        Admitted.Add(completion);
        QuotaCounter[] after = [.. before.Zip(decision.Value.Holds, (counter, hold) => counter with { Reserved = Reserved + hold.Amount })];
        return Task.FromResult(Result<IReadOnlyList<QuotaCounter>>.Success(after));
    }

    public Task<Result<Reservation>> GrowAsync(
        Completion completion, IReadOnlyList<PlanLimit> limits, QuotaDemand demand, int wanted, IReadOnlyCollection<CompletionId> paused, CancellationToken ct)
    {
        Growths.Add(wanted);
        if (!Held.TryGetValue(completion.Id, out var held))
            return Task.FromResult<Result<Reservation>>(CompletionErrors.Interrupted);
        QuotaCounter[] counters = [.. limits.Zip(held.Holds, (limit, hold) => Counter(completion, limit) with { Reserved = Reserved + hold.Amount })];
        Reservation[] spent = [.. paused.Select(id => Held[id])];
        counters = Array.ConvertAll(counters, counter => counter.AfterCharging(completion.UserId, spent));
        var decision = held.Grow(completion.UserId, limits, counters, demand, wanted, completion.CreatedAt);
        if (!decision.IsSuccess)
            return Task.FromResult(decision);
        Held[completion.Id] = decision.Value;
        OnGrown();
        return Task.FromResult(decision);
    }

    /// <summary>How many closings gave back what was stored, and not what the caller knew.</summary>
    public int UncertainClosings { get; private set; }

    public Task<IReadOnlyList<QuotaCounter>?> CloseUncertainAsync(CompletionClosing closing, CancellationToken ct)
    {
        UncertainClosings++;
        return CloseAsync(closing with { Released = Held.GetValueOrDefault(closing.Completion.Id) ?? closing.Released }, ct);
    }

    /// <summary>How often the counters were only looked at.</summary>
    public int Looks { get; private set; }

    public Task<IReadOnlyList<QuotaCounter>> CountersAsync(UserId user, IReadOnlyList<PlanLimit> limits, DateTimeOffset now, CancellationToken ct)
    {
        Looks++;
        return Task.FromResult<IReadOnlyList<QuotaCounter>>(
            [.. limits.Select(limit => new QuotaCounter(QuotaSubjectId.Of(user, limit.Key), limit.Metric, limit.Window, limit.Window.PeriodStart(now)) { Used = Used, Reserved = Reserved })]);
    }

    public Task<IReadOnlySet<CompletionId>> CheckpointAsync(IReadOnlyList<CompletionCheckpoint> checkpoints, CancellationToken ct)
    {
        foreach (var checkpoint in checkpoints)
            OnCheckpoint(checkpoint);
        Checkpoints.AddRange(checkpoints.Where(checkpoint => IsRenewed(checkpoint.Id)));
        return Task.FromResult<IReadOnlySet<CompletionId>>(checkpoints.Select(checkpoint => checkpoint.Id).Where(IsRenewed).ToHashSet());
    }

    public Task<IReadOnlyList<QuotaCounter>?> CloseAsync(CompletionClosing closing, CancellationToken ct)
    {
        Closings.Add(closing);
        var isOpen = OnClose(closing);
        Abandoned.Remove(closing.Completion);
        Held.Remove(closing.Completion.Id);
        IReadOnlyList<QuotaCounter>? settled = isOpen ? [.. closing.Released.Holds.Select(hold => Settled(closing, hold))] : null;
        return Task.FromResult(settled);
    }

    /// <summary>Closed as abandoned; all that is listed as that still is.</summary>
    public Task<IReadOnlyList<QuotaCounter>?> CloseAbandonedAsync(CompletionClosing closing, CancellationToken ct)
    {
        AbandonedClosings.Add(closing);
        return CloseAsync(closing, ct);
    }

    public Task RequestCancelAsync(CompletionId id, CancellationToken ct)
    {
        CancelRequests.Add(id);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<CompletionId>> ListCancelRequestedAsync(IReadOnlyCollection<CompletionId> among, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<CompletionId>>([.. CancelRequests.Intersect(among)]);

    public Task<IReadOnlyList<Completion>> ListAbandonedAsync(UserId? user, LeaseKey? after, int limit, CancellationToken ct) =>
        Task.FromResult(Oldest(
            Abandoned.Where(completion => (user is null || completion.UserId == user) && LeaseOf(completion).ExpiresAt <= Clock.GetUtcNow()), after, limit));

    public Task<IReadOnlyList<Completion>> ListRunningAsync(LeaseKey? after, int limit, CancellationToken ct) =>
        Task.FromResult(Oldest(Abandoned, after, limit));

    private IReadOnlyList<Completion> Oldest(IEnumerable<Completion> completions, LeaseKey? after, int limit) =>
    [
        .. completions
            .Select(completion => (Completion: completion, Lease: LeaseOf(completion)))
            .Where(row => after is not { } last
                || row.Lease.ExpiresAt > last.ExpiresAt
                || (row.Lease.ExpiresAt == last.ExpiresAt && row.Lease.Id > last.Id))
            .OrderBy(row => row.Lease.ExpiresAt)
            .ThenBy(row => row.Lease.Id)
            .Take(limit)
            .Select(row => row.Completion),
    ];

    private LeaseKey LeaseOf(Completion completion)
    {
        if (completion.LeaseExpiresAt is not null)
            leases[completion.Id] = LeaseKey.Of(completion);
        return leases[completion.Id];
    }

    private QuotaCounter Settled(CompletionClosing closing, QuotaHold hold) =>
        new(QuotaSubjectId.Of(closing.Completion.UserId, hold.Key), hold.Metric, hold.Window, hold.PeriodStart) { Used = Used + hold.Charge(closing.Entry) };

    private QuotaCounter Counter(Completion completion, PlanLimit limit) =>
        new(new QuotaSubjectId(completion.UserId.Value), limit.Metric, limit.Window, limit.Window.PeriodStart(completion.CreatedAt)) { Used = Used, Reserved = Reserved };
}
