using CleanLlm.Domain.Ids;

namespace CleanLlm.Domain.TwoFactor;

/// <summary>A user's second factor: a shared secret for time-based codes (RFC 6238), and codes for when the device is lost.</summary>
public sealed class TwoFactorSecret
{
    private TwoFactorSecret()
    {
    }

    /// <summary>Whose; a user has at most one.</summary>
    public UserId UserId { get; private set; }

    /// <summary>The shared secret, wrapped by the key-encryption key.</summary>
    public byte[] WrappedSecret { get; private set; } = [];

    /// <summary>SHA-256 hashes, as unpadded base64url, of the recovery codes not used yet.</summary>
    public IReadOnlyList<string> RecoveryCodeHashes { get; private set; } = [];

    /// <summary>When the user proved that their device has the secret; null while it is only set up, and asks nothing of them.</summary>
    public DateTimeOffset? ConfirmedAt { get; private set; }

    /// <summary>The time step (RFC 6238, 4.2) of the newest code taken: a code works once.</summary>
    public long LastStep { get; private set; }

    /// <summary>Whether signing in asks for a code.</summary>
    public bool IsOn => ConfirmedAt is not null;

    /// <summary>A second factor that waits for its first code.</summary>
    public static TwoFactorSecret SetUp(UserId user, byte[] wrappedSecret) => new() { UserId = user, WrappedSecret = wrappedSecret };

    /// <summary>Starts over with another secret, as long as it is not on.</summary>
    public void Replace(byte[] wrappedSecret) =>
        WrappedSecret = IsOn ? throw new InvalidOperationException("A second factor that is on is not replaced.") : wrappedSecret;

    /// <summary>The first code was right: from now on signing in asks for one.</summary>
    public void Confirm(long step, IReadOnlyList<string> recoveryCodeHashes, DateTimeOffset now) =>
        (ConfirmedAt, LastStep, RecoveryCodeHashes) = (now, step, recoveryCodeHashes);

    /// <summary>Takes the code of a time step, unless it or a newer one was taken before.</summary>
    public bool Take(long step)
    {
        if (step <= LastStep)
            return false;
        LastStep = step;
        return true;
    }

    /// <summary>Takes a recovery code, once.</summary>
    public bool TakeRecoveryCode(string hash)
    {
        if (!RecoveryCodeHashes.Contains(hash, StringComparer.Ordinal))
            return false;
        RecoveryCodeHashes = [.. RecoveryCodeHashes.Where(known => known != hash)];
        return true;
    }
}
