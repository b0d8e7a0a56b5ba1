using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Completions;

/// <summary>
/// Admits and closes completions in the database, which is the only authority on quota. Each call is done in one transaction, which
/// calls at the same time share. Far from a limit admitting and closing are one round trip each to PostgreSQL. Leases are given and judged by the database's clock, so that an
/// instance whose clock is wrong neither ends what runs elsewhere nor keeps what has ended.
/// </summary>
public interface ICompletionStore
{
    /// <summary>How many admissions it works on together; more would only wait inside it.</summary>
    int AdmissionsAtOnce { get; }

    /// <summary>
    /// Reserves what <paramref name="demand"/> may use under every limit and stores the running completion, or does neither.
    /// On success the completion holds its reservation.
    /// </summary>
    /// <returns>
    /// The counters after the reservation, in the order of the limits; or which limit refused, or <see cref="ChatErrors.Busy"/> where another
    /// completion runs at the same place of the chat, or <see cref="ChatErrors.Moved"/> when the end that the question follows is no longer
    /// the chat's.
    /// </returns>
    Task<Result<IReadOnlyList<QuotaCounter>>> AdmitAsync(
        Completion completion, IReadOnlyList<PlanLimit> limits, QuotaDemand demand, CancellationToken ct);

    /// <summary>
    /// Holds more for the answer of a running completion under every limit, in the periods of its admission, and renews its lease; or does
    /// neither. What is stored is what it holds: where that is enough already, it is given back as it is.
    /// </summary>
    /// <param name="completion">The completion, with what it is known to hold.</param>
    /// <param name="limits">The limits it was admitted under.</param>
    /// <param name="demand">What it may use.</param>
    /// <param name="wanted">How long an answer is to be paid for, in tokens.</param>
    /// <param name="paused">Answers that have used what they hold and wait for more: nothing of it will be free again.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>
    /// What it holds now; which limit is used up or held by others (<see cref="Reservation.Grow"/>); or
    /// <see cref="CompletionErrors.Interrupted"/> when it runs no more.
    /// </returns>
    Task<Result<Reservation>> GrowAsync(
        Completion completion, IReadOnlyList<PlanLimit> limits, QuotaDemand demand, int wanted, IReadOnlyCollection<CompletionId> paused, CancellationToken ct);

    /// <summary>The counters of the limits' current periods, read without a lock: those never used are absent, others may be among them.</summary>
    Task<IReadOnlyList<QuotaCounter>> CountersAsync(UserId user, IReadOnlyList<PlanLimit> limits, DateTimeOffset now, CancellationToken ct);

    /// <summary>Renews the leases and stores how far the answers have come, and who gives them at what price: all or none.</summary>
    /// <returns>Those that were stored; the others have been closed, or their rows are locked by another transaction, such as a closing.</returns>
    Task<IReadOnlySet<CompletionId>> CheckpointAsync(IReadOnlyList<CompletionCheckpoint> checkpoints, CancellationToken ct);

    /// <summary>Stores the final state, the messages and the ledger entry, and settles the reservation: all or nothing, and only once.</summary>
    /// <returns>The counters after settling, in the order of what was held; null when it had been closed before, in which case nothing changes.</returns>
    Task<IReadOnlyList<QuotaCounter>?> CloseAsync(CompletionClosing closing, CancellationToken ct);

    /// <summary>As <see cref="CloseAsync"/>, where more may be stored as held than is known: what is stored is given back.</summary>
    /// <returns>As <see cref="CloseAsync"/>.</returns>
    Task<IReadOnlyList<QuotaCounter>?> CloseUncertainAsync(CompletionClosing closing, CancellationToken ct);

    /// <summary>As <see cref="CloseAsync"/>, but only where the lease has ended: one that was renewed since it was listed is left alone.</summary>
    /// <returns>As <see cref="CloseAsync"/>; null also when the lease holds.</returns>
    Task<IReadOnlyList<QuotaCounter>?> CloseAbandonedAsync(CompletionClosing closing, CancellationToken ct);

    /// <summary>Notes that a running completion is to end; the instance that runs it looks every second. Nothing happens when it has ended.</summary>
    Task RequestCancelAsync(CompletionId id, CancellationToken ct);

    /// <summary>Those of the given completions that are to end.</summary>
    Task<IReadOnlyList<CompletionId>> ListCancelRequestedAsync(IReadOnlyCollection<CompletionId> among, CancellationToken ct);

    /// <summary>Running completions whose lease has ended, oldest first.</summary>
    /// <param name="user">The user; null for all users.</param>
    /// <param name="after">The last one of the page before; null for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="ct">Ends the wait.</param>
    Task<IReadOnlyList<Completion>> ListAbandonedAsync(UserId? user, LeaseKey? after, int limit, CancellationToken ct);

    /// <summary>Running completions, whether or not their lease holds, oldest first.</summary>
    /// <param name="after">The last one of the page before; null for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="ct">Ends the wait.</param>
    Task<IReadOnlyList<Completion>> ListRunningAsync(LeaseKey? after, int limit, CancellationToken ct);
}
