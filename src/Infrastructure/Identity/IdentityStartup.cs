using System.Security.Cryptography;
using CleanLlm.Application.Security;
using CleanLlm.Application.Settings;
using CleanLlm.Infrastructure.Security.Hashing;
using Microsoft.Extensions.Hosting;

namespace CleanLlm.Infrastructure.Identity;

/// <summary>
/// Before the first request: makes or reads the keys, and makes the decoy, which would otherwise reveal the first
/// unknown address by its delay.
/// </summary>
internal sealed class IdentityStartup(SigningKeyRing keys, IKeyedHash hash, PasswordDecoy decoy) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        decoy.Prepare();
        try
        {
            await hash.PrepareAsync(cancellationToken);
            await keys.GetAsync(cancellationToken);
        }
        catch (CryptographicException closed)
        {
            throw new StartRefusedException(
                $"Encryption__Keys do not open the keys of this database. {closed.Message} Configure the one that the database was made with, under its id.", closed);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
