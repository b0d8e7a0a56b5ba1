using CleanLlm.Application.Faults;
using CleanLlm.Infrastructure.Persistence.Keys;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CleanLlm.Infrastructure.Identity;

/// <summary>Looks every few minutes whether a signing key is due. Instances may all do so: a generation is made once.</summary>
internal sealed class SigningKeyRotation(
    SigningKeyStore store, SigningKeyRing ring, IDatabaseFaults faults, TimeProvider clock, ILogger<SigningKeyRotation> logger) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var upkeep = new UpkeepFaults("The upkeep of signing keys", faults, logger);
        using var timer = new PeriodicTimer(Interval, clock);
        do
            await upkeep.TryAsync(RotateAsync, stoppingToken);
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task RotateAsync(CancellationToken ct)
    {
        if (await store.RotateAsync(ct))
            ring.RequestRefresh();
    }
}
