using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Completions;

/// <summary>
/// Admits and closes completions in the database, which is the only authority on quota. Each call is one transaction;
/// against PostgreSQL admitting and closing are one round trip each.
/// </summary>
public interface ICompletionStore
{
    /// <summary>
    /// Reserves what <paramref name="demand"/> may use under every limit and stores the running completion, or does neither.
    /// On success the completion holds its reservation.
    /// </summary>
    /// <returns>The counters after the reservation, in the order of the limits; or which limit refused.</returns>
    Task<Result<IReadOnlyList<QuotaCounter>>> AdmitAsync(
        Completion completion, IReadOnlyList<PlanLimit> limits, QuotaDemand demand, DateTimeOffset leaseExpiresAt, CancellationToken ct);

    /// <summary>Renews the lease and stores how far the answer has come, and who gives it at what price.</summary>
    /// <returns>False when the completion was closed meanwhile.</returns>
    Task<bool> CheckpointAsync(CompletionCheckpoint checkpoint, CancellationToken ct);

    /// <summary>Stores the final state, the messages and the ledger entry, and settles the reservation: all or nothing, and only once.</summary>
    /// <returns>False when it had been closed before, in which case nothing changes.</returns>
    Task<bool> CloseAsync(CompletionClosing closing, CancellationToken ct);

    /// <summary>Notes that a running completion is to end; the instance that runs it looks every second. Nothing happens when it has ended.</summary>
    Task RequestCancelAsync(CompletionId id, CancellationToken ct);

    /// <summary>The running completions that are to end.</summary>
    Task<IReadOnlyList<CompletionId>> ListCancelRequestedAsync(CancellationToken ct);

    /// <summary>Running completions whose lease ended before <paramref name="now"/>, oldest first.</summary>
    Task<IReadOnlyList<Completion>> ListAbandonedAsync(DateTimeOffset now, int limit, CancellationToken ct);
}
