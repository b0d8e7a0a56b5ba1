using CleanLlm.Application.Callers;
using CleanLlm.Application.RateLimiting;
using CleanLlm.Domain.Sessions;
using CleanLlm.Domain.Users;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Accounts;

/// <summary>
/// Two buckets: one for the account and the caller's address, one for the account and all addresses that it is not familiar with.
/// So one address cannot spend the guesses of another, and many cannot spend those of an address that the owner has used.
/// Unknown accounts are counted like known ones. One for each request: what it took is what it gives back.
/// </summary>
internal sealed class SignInThrottle(
    IRateLimiter limiter, ICurrentClient current, ISessionRepository sessions, IOptions<SignInThrottleOptions> options, TimeProvider clock)
    : ISignInThrottle
{
    private readonly List<(RateLimit Limit, string Key)> taken = [];

    public async ValueTask<bool> TryAsync(EmailAddress email, CancellationToken ct)
    {
        // One account must not have a bucket for each way to write its address.
        var (account, client) = (email.Key, current.Client);
        if (!await TakeAsync(options.Value.OfAddress, $"{client.Network} {account}", ct))
            return false;
        if (await TakeAsync(options.Value.OfAccount, account, ct) || await IsFamiliarAsync(email, client, ct))
            return true;

        // Not evaluated, so it counts nowhere.
        await GiveBackAsync(ct);
        return false;
    }

    public ValueTask SucceededAsync(EmailAddress email, CancellationToken ct) => GiveBackAsync(ct);

    private async ValueTask<bool> TakeAsync(RateLimit limit, string key, CancellationToken ct)
    {
        if (await limiter.TakeAsync(limit, key, ct) is not null)
            return false;
        taken.Add((limit, key));
        return true;
    }

    // Asked only when the account's own bucket is spent: a sign-in without guesses before it needs no query.
    private Task<bool> IsFamiliarAsync(EmailAddress email, SessionClient client, CancellationToken ct) =>
        sessions.HasOpenedFromAsync(email, client.Network, clock.GetUtcNow().AddDays(-options.Value.FamiliarDays), ct);

    private async ValueTask GiveBackAsync(CancellationToken ct)
    {
        foreach (var (limit, key) in taken)
            await limiter.GiveBackAsync(limit, key, ct);
        taken.Clear();
    }
}
