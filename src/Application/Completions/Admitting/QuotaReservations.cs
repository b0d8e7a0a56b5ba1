using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Completions.Admitting;

/// <summary>Reserves quota for completions, and lets nothing that a crashed instance still holds stand in their way.</summary>
internal sealed class QuotaReservations(ICompletionStore store, AbandonedCompletions abandoned)
{
    private static readonly string BusyCode = Domain.Chats.ChatErrors.Busy(default).Code;

    /// <summary>As <see cref="ICompletionStore.AdmitAsync"/>, without the caller's token: a caller who leaves would leave a reservation without a run.</summary>
    public async Task<Result<IReadOnlyList<QuotaCounter>>> ReserveAsync(Completion completion, IReadOnlyList<PlanLimit> limits, QuotaDemand demand)
    {
        var admitted = await store.AdmitAsync(completion, limits, demand, CancellationToken.None);
        return admitted.Error is { } refusal && MayBeStale(refusal) && await abandoned.CloseOfAsync(completion.UserId, CancellationToken.None) > 0
            ? await store.AdmitAsync(completion, limits, demand, CancellationToken.None)
            : admitted;
    }

    /// <summary>
    /// Which limit would refuse a completion that uses no more than <paramref name="least"/>, by one look that reserves nothing; null when
    /// none would. What was seen may be over by the time of admission, which alone decides.
    /// </summary>
    public async Task<Error?> ForeseeAsync(UserId user, IReadOnlyList<PlanLimit> limits, QuotaDemand least, DateTimeOffset now, CancellationToken ct)
    {
        if (limits.Count == 0)
            return null;
        var refusal = await LookAsync();
        return refusal is not null && await abandoned.CloseOfAsync(user, ct) > 0 ? await LookAsync() : refusal;

        async Task<Error?> LookAsync() => Reservation.Decide(user, limits, await store.CountersAsync(user, limits, now, ct), least, now).Error;
    }

    private static bool MayBeStale(Error refusal) => refusal.Kind == ErrorKind.LimitExceeded || refusal.Code == BusyCode;
}
