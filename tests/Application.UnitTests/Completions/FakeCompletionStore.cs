using CleanLlm.Application.Completions;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>Completions in memory, admitted by the domain's own decision.</summary>
internal sealed class FakeCompletionStore : ICompletionStore
{
    /// <summary>What was used of every limit before.</summary>
    public long Used { get; set; }

    /// <summary>Runs in place of the next closings.</summary>
    public Func<CompletionClosing, bool> OnClose { get; set; } = _ => true;

    /// <summary>Runs before the next checkpoints.</summary>
    public Action<CompletionCheckpoint> OnCheckpoint { get; set; } = _ => { };

    public List<Completion> Admitted { get; } = [];

    public List<QuotaDemand> Demands { get; } = [];

    public List<CompletionCheckpoint> Checkpoints { get; } = [];

    public List<CompletionClosing> Closings { get; } = [];

    /// <summary>The completions that somebody wants ended.</summary>
    public List<CompletionId> CancelRequests { get; } = [];

    /// <summary>What was remembered of repeatable requests.</summary>
    public List<IdempotencyKey> Keys { get; } = [];

    /// <summary>What a crash left behind; a closing takes it out.</summary>
    public List<Completion> Abandoned { get; } = [];

    public Task<Result<IReadOnlyList<QuotaCounter>>> AdmitAsync(
        Completion completion, IReadOnlyList<PlanLimit> limits, QuotaDemand demand, DateTimeOffset leaseExpiresAt, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        Demands.Add(demand);
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

        completion.Hold(decision.Value, leaseExpiresAt);
        Admitted.Add(completion);
        QuotaCounter[] after = [.. before.Zip(decision.Value.Holds, (counter, hold) => counter with { Reserved = hold.Amount })];
        return Task.FromResult(Result<IReadOnlyList<QuotaCounter>>.Success(after));
    }

    public Task<bool> CheckpointAsync(CompletionCheckpoint checkpoint, CancellationToken ct)
    {
        OnCheckpoint(checkpoint);
        Checkpoints.Add(checkpoint);
        return Task.FromResult(true);
    }

    public Task<bool> CloseAsync(CompletionClosing closing, CancellationToken ct)
    {
        Closings.Add(closing);
        Abandoned.Remove(closing.Completion);
        return Task.FromResult(OnClose(closing));
    }

    public Task RequestCancelAsync(CompletionId id, CancellationToken ct)
    {
        CancelRequests.Add(id);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<CompletionId>> ListCancelRequestedAsync(CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<CompletionId>>([.. CancelRequests]);

    public Task<IReadOnlyList<Completion>> ListAbandonedAsync(DateTimeOffset now, int limit, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<Completion>>([.. Abandoned.Where(completion => completion.LeaseExpiresAt < now).Take(limit)]);

    private QuotaCounter Counter(Completion completion, PlanLimit limit) =>
        new(new QuotaSubjectId(completion.UserId.Value), limit.Metric, limit.Window, limit.Window.PeriodStart(completion.CreatedAt)) { Used = Used };
}
