using CleanLlm.Domain.TwoFactor;
using CleanLlm.Domain.Users;

namespace CleanLlm.Application.TwoFactor;

/// <summary>Time-based one-time passwords (RFC 6238) as authenticator apps make them: SHA-1, six digits, steps of 30 seconds.</summary>
public interface ITimeBasedCodes
{
    /// <summary>A new secret of 160 bits (RFC 4226, 4, R6).</summary>
    NewSecret Make(User user);

    /// <summary>The time step that a code belongs to: the current one or a neighbour of it; null when the code is none of theirs.</summary>
    long? StepOf(TwoFactorSecret secret, string code);
}

/// <summary>A secret at the one moment at which it is known in the clear.</summary>
/// <param name="Wrapped">As it is stored.</param>
/// <param name="Base32">As a person types it.</param>
/// <param name="Uri">As a QR code shows it.</param>
public sealed record NewSecret(byte[] Wrapped, string Base32, string Uri)
{
    // A record would print the secret.
    public override string ToString() => "(secret)";
}
