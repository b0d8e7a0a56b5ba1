using Microsoft.Extensions.Hosting;

namespace CleanLlm.Infrastructure.Identity;

/// <summary>
/// Before the first request: makes or reads the signing keys, and makes the decoy, which would otherwise tell the first
/// unknown address by its delay.
/// </summary>
internal sealed class IdentityStartup(SigningKeyRing keys, PasswordDecoy decoy) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        decoy.Prepare();
        return keys.GetAsync(cancellationToken).AsTask();
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
