using CleanLlm.Application.Faults;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Completions.Holding;

/// <summary>Enlarges what running completions hold, in their turn.</summary>
internal sealed class HoldGrowth(ICompletionStore store, QuotaTurns turns, DatabaseRetries retries)
{
    /// <summary>Tries once, unless others wait for the same.</summary>
    /// <param name="completion">The completion.</param>
    /// <param name="terms">What it was admitted under.</param>
    /// <param name="wanted">How long an answer is to be paid for, in tokens.</param>
    /// <returns>As <see cref="ICompletionStore.GrowAsync"/>.</returns>
    public async Task<Result<Reservation>> TryAsync(Completion completion, QuotaTerms terms, int wanted) =>
        turns.RefusalBefore(PayerOf(completion, terms), isRunning: true) is { } refusal
            ? refusal
            : await GrowAsync(completion, terms, wanted);

    /// <summary>Tries until there is room, in its turn, or the time to wait for it is over; again and again while the database is away.</summary>
    /// <inheritdoc cref="TryAsync"/>
    public async Task<Result<Reservation>> WaitAsync(Completion completion, QuotaTerms terms, int wanted, CancellationToken ct)
    {
        var payer = PayerOf(completion, terms);
        if (turns.RefusalBefore(payer, isRunning: true) is not { } refusal)
        {
            var grown = await RetriedAsync(ct);
            if (grown.Error is not { Code: QuotaErrors.ReservedCode } reserved)
                return grown;
            refusal = reserved;
        }

        return await turns.WaitAsync(payer, completion.Id, refusal, RetriedAsync, ct);

        Task<Result<Reservation>> RetriedAsync(CancellationToken token) => retries.RunAsync("A larger hold", _ => GrowAsync(completion, terms, wanted), token);
    }

    // A growth with an unknown outcome cannot be undone, so it runs without the caller's token.
    private Task<Result<Reservation>> GrowAsync(Completion completion, QuotaTerms terms, int wanted) => store.GrowAsync(
        completion, terms.Limits, terms.Demand, wanted, turns.PausedBeside(completion.UserId, completion.Id), CancellationToken.None);

    private static QuotaPayer PayerOf(Completion completion, QuotaTerms terms) => QuotaPayer.Of(completion.UserId, terms.Limits);
}
