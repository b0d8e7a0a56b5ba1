using CleanLlm.Application.Completions.Holding;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Completions.Admitting;

/// <summary>
/// Reserves quota for completions. Nothing that a crashed instance still holds stands in their way, and what running ones hold is waited for:
/// a request is refused only when the budget is used, or after its turn.
/// </summary>
internal sealed class QuotaReservations(ICompletionStore store, AbandonedCompletions abandoned, QuotaTurns turns, TimeProvider clock)
{
    private static readonly string BusyCode = Domain.Chats.ChatErrors.Busy(default).Code;

    /// <summary>Admits the completion, at once or in its turn.</summary>
    /// <param name="completion">The completion.</param>
    /// <param name="terms">What it is held to.</param>
    /// <param name="payer">Who pays. Background work is refused at once where other requests wait.</param>
    /// <param name="place">The place in the gate; others have it while this one waits.</param>
    /// <param name="ct">The caller's: ends the wait, but no admission, as that would leave a reservation without a run.</param>
    /// <returns>As <see cref="ICompletionStore.AdmitAsync"/>.</returns>
    public async Task<Result<IReadOnlyList<QuotaCounter>>> ReserveAsync(
        Completion completion, QuotaTerms terms, Payer payer, AdmissionPlace place, CancellationToken ct)
    {
        var who = QuotaPayer.Of(completion.UserId, terms.Limits);
        if (turns.RefusalBefore(who, isRunning: false) is not { } refusal)
        {
            var admitted = await AdmitAsync(completion, terms);
            if (admitted.Error is not { Code: QuotaErrors.ReservedCode } reserved)
                return admitted;
            refusal = reserved;
        }

        if (payer.IsBackground)
            return refusal;
        place.StepOut();
        return await turns.WaitAsync(who, paused: null, refusal, token => AskAgainAsync(completion, terms, place, token), ct);
    }

    /// <summary>
    /// Which limit is used up for a completion that uses no more than <paramref name="least"/>, by one look that reserves nothing; null when
    /// none is. What was seen may be over by the time of admission, which alone decides.
    /// </summary>
    public async Task<Error?> ForeseeAsync(UserId user, IReadOnlyList<PlanLimit> limits, QuotaDemand least, DateTimeOffset now, CancellationToken ct)
    {
        if (limits.Count == 0)
            return null;
        var refusal = await LookAsync();
        return refusal is not null && await abandoned.CloseOfAsync(user, ct) > 0 ? await LookAsync() : refusal;

        // What others hold is waited for at admission.
        async Task<Error?> LookAsync() =>
            Reservation.Decide(user, limits, await store.CountersAsync(user, limits, now, ct), least, now).Error is { Code: not QuotaErrors.ReservedCode } spent
                ? spent
                : null;
    }

    private async Task<Result<IReadOnlyList<QuotaCounter>>> AdmitAsync(Completion completion, QuotaTerms terms)
    {
        var admitted = await store.AdmitAsync(completion, terms.Limits, terms.Demand, CancellationToken.None);
        return admitted.Error is { } refusal && MayBeStale(refusal) && await abandoned.CloseOfAsync(completion.UserId, CancellationToken.None) > 0
            ? await store.AdmitAsync(completion, terms.Limits, terms.Demand, CancellationToken.None)
            : admitted;
    }

    private async Task<Result<IReadOnlyList<QuotaCounter>>> AskAgainAsync(Completion completion, QuotaTerms terms, AdmissionPlace place, CancellationToken ct)
    {
        if (await place.StepInAsync(ct) is { } late)
            return late;
        // The period may be another one by now, and its lease begins now.
        completion.AskAgain(clock.GetUtcNow());
        var admitted = await AdmitAsync(completion, terms);
        if (admitted.Error is { Code: QuotaErrors.ReservedCode })
            place.StepOut();
        return admitted;
    }

    private static bool MayBeStale(Error refusal) => refusal.Kind == ErrorKind.LimitExceeded || refusal.Code == BusyCode;
}
