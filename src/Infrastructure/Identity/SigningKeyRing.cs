using CleanLlm.Application.Accounts;
using CleanLlm.Application.Faults;
using CleanLlm.Infrastructure.Persistence.Keys;
using CleanLlm.Infrastructure.Security.Signing;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;

namespace CleanLlm.Infrastructure.Identity;

/// <summary>
/// The signing keys in memory. The token handler asks for a refresh when it meets a <c>kid</c> that is not among them;
/// however many forged tokens come, the table is read once in <see cref="RereadInterval"/>. Without such a token it is read once
/// in <see cref="UnaskedInterval"/>, so that every instance knows a key well before it signs, and forgets it once it is over.
/// Known keys stay in use while the table cannot be read: a fault of the database ends no session (docs/decisions/0041).
/// </summary>
internal sealed class SigningKeyRing : BaseConfigurationManager, IPublicKeys, IDisposable
{
    public static readonly TimeSpan RereadInterval = TimeSpan.FromSeconds(5);

    public static readonly TimeSpan UnaskedInterval = TimeSpan.FromMinutes(1);

    // A caller waits no longer for newer keys while some are known.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly SigningKeyStore store;
    private readonly TimeProvider clock;
    private readonly UpkeepFaults upkeep;
    private readonly SemaphoreSlim gate = new(1);
    private volatile Task<BaseConfiguration>? current;
    private volatile bool rereadWanted;
    private long readAt;

    public SigningKeyRing(SigningKeyStore store, IDatabaseFaults faults, TimeProvider clock, ILogger<SigningKeyRing> logger)
    {
        (this.store, this.clock) = (store, clock);
        upkeep = new UpkeepFaults("Reading the signing keys again, while the known ones stay in use,", faults, logger);
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
        // A caller that has keys goes on with them while another one reads.
        if (!await gate.WaitAsync(current is null ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, ct))
            return await current!;
        try
        {
            if (current is { } known && !IsDue())
                return await known;
            rereadWanted = false;
            Volatile.Write(ref readAt, clock.GetTimestamp());
            using var limit = new CancellationTokenSource(current is null ? Timeout.InfiniteTimeSpan : Patience, clock);
            // It reads for all callers, so it does not end with the one that asked.
            var keys = await store.LoadAsync(limit.Token);
            upkeep.Succeeded();
            current = Task.FromResult<BaseConfiguration>(keys);
            return keys;
        }
        catch (Exception fault) when (current is not null)
        {
            // Tried again after the shorter interval.
            rereadWanted = true;
            upkeep.Failed(fault);
            return await current;
        }
        finally
        {
            gate.Release();
        }
    }
}
