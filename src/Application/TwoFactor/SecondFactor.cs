using CleanLlm.Application.Audit;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.TwoFactor;

namespace CleanLlm.Application.TwoFactor;

/// <summary>Judges codes of second factors; a code that was right is spent.</summary>
internal sealed class SecondFactor(ITwoFactorRepository secrets, ITimeBasedCodes codes, IAuditTrail audit)
{
    /// <summary>What signing in asks for after the password.</summary>
    public async Task<Proof> ProveAsync(UserId user, string? code, CancellationToken ct)
    {
        if (await secrets.FindAsync(user, ct) is not { IsOn: true } secret)
            return Proof.NotAsked;

        // Of two that use one code at once, one stores its use and the other is refused.
        return code is not null && Take(secret, code) && await secrets.SaveAsync(ct) ? Proof.Given : Proof.Refused;
    }

    /// <summary>Spends a time-based or a recovery code; the caller saves.</summary>
    /// <returns>False when it does not work, or not any more.</returns>
    public bool Take(TwoFactorSecret secret, string code)
    {
        if (codes.StepOf(secret, code) is { } step)
            return secret.Take(step);
        if (RecoveryCode.HashOf(code) is not { } hash || !secret.TakeRecoveryCode(hash))
            return false;

        audit.Add(new AuditEvent(AuditActions.RecoveryCodeUsed, secret.UserId.Value, secret.UserId.Value));
        return true;
    }
}

/// <summary>What is known of the second factor.</summary>
internal enum Proof
{
    /// <summary>The user has none that is on.</summary>
    NotAsked,

    /// <summary>No code came, or none that works.</summary>
    Refused,

    /// <summary>The code was right, and works no more.</summary>
    Given,
}
