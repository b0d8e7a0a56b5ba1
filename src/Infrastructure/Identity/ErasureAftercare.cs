using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CleanLlm.Infrastructure.Identity;

/// <summary>
/// A request that was under way during an erasure, on any instance, may still store a completion for a user who is gone.
/// Therefore what was erased lately is looked at again for a while.
/// </summary>
internal sealed partial class ErasureAftercare(IServiceScopeFactory scopes, TimeProvider clock, ILogger<ErasureAftercare> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Lately = TimeSpan.FromMinutes(15);

    /// <summary>Removes what was stored for users erased lately.</summary>
    public async Task SweepAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var remains = scope.ServiceProvider.GetRequiredService<AccountRemains>();
        var since = clock.GetUtcNow() - Lately;
        var erased = await database.AuditLog
            .Where(line => line.Action == AuditActions.Erased && line.At > since && line.SubjectId != null)
            .Select(line => line.SubjectId!.Value)
            .Distinct()
            .ToListAsync(ct);
        foreach (var user in erased.Select(id => new UserId(id)))
        {
            await remains.CloseRunningAsync(user, ct);
            await remains.RemoveAsync(user, ct);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                // The database may be away; the next round tries again.
                LogFailed(fault);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "The aftercare of erasures failed and will be tried again")]
    private partial void LogFailed(Exception fault);
}
