using System.Data.Common;
using CleanLlm.Application.Accounts;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;

namespace CleanLlm.Infrastructure.Identity;

/// <summary>
/// The signing keys in memory. The token handler asks for a refresh when it meets a <c>kid</c> that is not among them;
/// however many forged tokens come, the table is read once in <see cref="RereadInterval"/>. Without such a token it is read once
/// in <see cref="UnaskedInterval"/>, so that every instance knows a key well before it signs, and forgets it once it is over.
/// </summary>
internal sealed partial class SigningKeyRing : BaseConfigurationManager, IPublicKeys, IDisposable
{
    public static readonly TimeSpan RereadInterval = TimeSpan.FromSeconds(5);

    public static readonly TimeSpan UnaskedInterval = TimeSpan.FromMinutes(1);

    private readonly SigningKeyStore store;
    private readonly TimeProvider clock;
    private readonly ILogger<SigningKeyRing> logger;
    private readonly SemaphoreSlim gate = new(1);
    private volatile Task<BaseConfiguration>? current;
    private volatile bool rereadWanted;
    private long readAt;

    public SigningKeyRing(SigningKeyStore store, TimeProvider clock, ILogger<SigningKeyRing> logger)
    {
        (this.store, this.clock, this.logger) = (store, clock, logger);
        // A key that was taken out of the table must not go on verifying.
        UseLastKnownGoodConfiguration = false;
    }

    public override void RequestRefresh() => rereadWanted = true;

    public override Task<BaseConfiguration> GetBaseConfigurationAsync(CancellationToken cancel) =>
        current is { } known && !IsDue() ? known : ReadAsync(cancel);

    public async ValueTask<SigningKeySet> GetAsync(CancellationToken ct) => (SigningKeySet)await GetBaseConfigurationAsync(ct);

    public async ValueTask<PublicKeySet> ListAsync(CancellationToken ct) => (await GetAsync(ct)).Public;

    public void Dispose() => gate.Dispose();

    private bool IsDue() => clock.GetElapsedTime(Volatile.Read(ref readAt)) >= (rereadWanted ? RereadInterval : UnaskedInterval);

    private async Task<BaseConfiguration> ReadAsync(CancellationToken ct)
    {
        // Whoever has keys goes on with them while somebody else reads.
        if (!await gate.WaitAsync(current is null ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, ct))
            return await current!;
        try
        {
            if (current is { } known && !IsDue())
                return await known;
            rereadWanted = false;
            Volatile.Write(ref readAt, clock.GetTimestamp());
            var keys = await store.LoadAsync(ct);
            current = Task.FromResult<BaseConfiguration>(keys);
            return keys;
        }
        catch (DbException exception) when (current is not null)
        {
            LogRereadFailed(exception);
            return await current;
        }
        finally
        {
            gate.Release();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The signing keys could not be read again; the known ones stay in use")]
    private partial void LogRereadFailed(Exception exception);
}
