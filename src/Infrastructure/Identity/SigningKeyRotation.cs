using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CleanLlm.Infrastructure.Identity;

/// <summary>Looks every few minutes whether a signing key is due. Instances may all do so: a generation is made once.</summary>
internal sealed partial class SigningKeyRotation(
    SigningKeyStore store, SigningKeyRing ring, TimeProvider clock, ILogger<SigningKeyRotation> logger) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                if (await store.RotateAsync(stoppingToken))
                    ring.RequestRefresh();
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(fault);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Warning, "The signing keys could not be looked after; the next round tries again")]
    private partial void LogFailed(Exception fault);
}
