using CleanLlm.Application.Accounts;
using CleanLlm.Application.Faults;
using CleanLlm.Domain.OneTimeTokens;
using CleanLlm.Domain.Sessions;
using CleanLlm.Domain.TwoFactor;
using CleanLlm.Infrastructure.Security;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Persistence.Accounts;

/// <summary>
/// Removes what has expired: one-time tokens at once, refresh tokens a week after their end, and sessions once no user needs to
/// know any more from where their user signed in. It also rewraps second factors that a former key-encryption key wrapped, so
/// that the former key can be removed.
/// </summary>
internal sealed partial class AccountUpkeep(
    IDbContextFactory<AppDbContext> databases,
    KeyWrap wrap,
    IOptions<SignInThrottleOptions> throttle,
    IDatabaseFaults faults,
    TimeProvider clock,
    ILogger<AccountUpkeep> logger) : BackgroundService
{
    /// <summary>How long what is over is kept, so that a replay can still be told from a made-up token.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromDays(7);

    /// <summary>From one round to the next.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>Removes what has expired.</summary>
    public async Task PurgeAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var past = now - Memory;
        // Until then it distinguishes a familiar address of its user from others.
        var forgotten = now - TimeSpan.FromDays(throttle.Value.FamiliarDays);
        await using var database = await databases.CreateDbContextAsync(ct);
        var tokens = await database.Set<OneTimeToken>().Where(token => token.ExpiresAt <= now).ExecuteDeleteAsync(ct);
        var sessions = await database.Set<Session>()
            .Where(session => session.CreatedAt <= forgotten && (session.RevokedAt <= past
                || !database.Set<RefreshToken>().Any(token => token.SessionId == session.Id && token.ExpiresAt > past)))
            .ExecuteDeleteAsync(ct);
        await database.Set<RefreshToken>().Where(token => token.ExpiresAt <= past).ExecuteDeleteAsync(ct);
        LogPurged(logger, tokens, sessions);
    }

    /// <summary>Rewraps by the current key-encryption key what another one wrapped.</summary>
    public async Task RewrapAsync(CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        var wrapped = await database.Set<TwoFactorSecret>().AsNoTracking().Select(row => new { row.UserId, row.WrappedSecret }).ToListAsync(ct);
        foreach (var row in wrapped.Where(row => wrap.IsOutdated(row.WrappedSecret)))
        {
            var purpose = TimeBasedCodes.PurposeOf(row.UserId);
            var anew = wrap.Wrap(wrap.Unwrap(row.WrappedSecret, purpose), purpose);
            // Only in the place of what was read: it may have been replaced meanwhile.
            await database.Set<TwoFactorSecret>().Where(stored => stored.UserId == row.UserId && stored.WrappedSecret == row.WrappedSecret)
                .ExecuteUpdateAsync(stored => stored.SetProperty(s => s.WrappedSecret, anew), ct);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var rewrapping = new UpkeepFaults("Wrapping second factors by the current key", faults, logger);
        var purging = new UpkeepFaults("Removing tokens and sessions that have had their time", faults, logger);
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            await rewrapping.TryAsync(RewrapAsync, stoppingToken);
            await purging.TryAsync(PurgeAsync, stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Debug, "Purged {Tokens} one-time tokens and {Sessions} sessions")]
    private static partial void LogPurged(ILogger logger, int tokens, int sessions);
}
