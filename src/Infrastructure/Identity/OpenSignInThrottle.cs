using CleanLlm.Application.Accounts;
using CleanLlm.Application.RateLimiting;

namespace CleanLlm.Infrastructure.Identity;

/// <summary>Lets everything through, where nothing better is registered.</summary>
internal sealed class OpenSignInThrottle : ISignInThrottle, IRateLimiter
{
    public ValueTask<bool> TryAsync(string email, CancellationToken ct) => ValueTask.FromResult(true);

    public ValueTask SucceededAsync(string email, CancellationToken ct) => ValueTask.CompletedTask;

    public ValueTask<TimeSpan?> TakeAsync(RateLimit limit, string key, CancellationToken ct) => ValueTask.FromResult<TimeSpan?>(null);

    public ValueTask GiveBackAsync(RateLimit limit, string key, CancellationToken ct) => ValueTask.CompletedTask;
}
