using CleanLlm.Application.Security;
using Microsoft.Extensions.Hosting;

namespace CleanLlm.Infrastructure.Identity;

/// <summary>
/// Before the first request: makes or reads the keys, and makes the decoy, which would otherwise tell the first
/// unknown address by its delay.
/// </summary>
internal sealed class IdentityStartup(SigningKeyRing keys, IKeyedHash hash, PasswordDecoy decoy) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        decoy.Prepare();
        await hash.PrepareAsync(cancellationToken);
        await keys.GetAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
