using CleanLlm.Application.Prompting;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Completions.Admitting;

/// <summary>
/// Reads and counts prompts. What a large one costs a core is spent only for a user whose quota has room for the least that it can be, and in the
/// user's turn. That look is no admission: only <see cref="QuotaReservations"/> reserves. A large prompt holds no place of the
/// <see cref="AdmissionGate"/> while it waits and is counted, so that small ones pass it.
/// </summary>
internal sealed class PromptCounting(QuotaReservations reservations, CountingGate gate, IOptions<PromptingOptions> options)
{
    /// <summary>Whether so many characters make a prompt large.</summary>
    public bool IsLarge(long characters) => characters >= options.Value.LargeCharacters;

    /// <summary>Reads and counts when the limits have room for the least demand, and when it is the user's turn.</summary>
    /// <param name="user">Who asks.</param>
    /// <param name="place">What the request holds at the gate; given back meanwhile.</param>
    /// <param name="limits">What the completion is to be held to.</param>
    /// <param name="least">What it uses at least.</param>
    /// <param name="now">The moment of asking.</param>
    /// <param name="read">Reads and counts; costs a core's time.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>What was counted; which limit is spent; or that too many wait, here or at the gate.</returns>
    public async Task<Result<T>> CountAsync<T>(
        UserId user, AdmissionPlace place, IReadOnlyList<PlanLimit> limits, QuotaDemand least, DateTimeOffset now, Func<CancellationToken, ValueTask<Result<T>>> read, CancellationToken ct)
    {
        if (await reservations.ForeseeAsync(user, limits, least, now, ct) is { } refusal)
            return refusal;
        place.StepOut();
        var counted = await ReadInTurnAsync(user, read, ct);
        return counted.IsSuccess && await place.StepInAsync(ct) is { } late ? late : counted;
    }

    private async Task<Result<T>> ReadInTurnAsync<T>(UserId user, Func<CancellationToken, ValueTask<Result<T>>> read, CancellationToken ct)
    {
        var turn = await gate.EnterAsync(user, ct);
        if (!turn.IsSuccess)
            return turn.Error;
        using (turn.Value)
            return await read(ct);
    }
}
