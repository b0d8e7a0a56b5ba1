using System.Security.Cryptography;
using CleanLlm.Application.Accounts;
using CleanLlm.Application.TwoFactor;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.TwoFactor;
using CleanLlm.Domain.Users;
using Microsoft.Extensions.Options;
using OtpNet;

namespace CleanLlm.Infrastructure.Security;

/// <summary>Codes by Otp.NET; secrets are stored wrapped by the key-encryption key.</summary>
internal sealed class TimeBasedCodes(KeyWrap wrap, IOptions<AuthOptions> options, TimeProvider clock) : ITimeBasedCodes
{
    private const int SecretBytes = 20;
    private const int Digits = 6;

    // RFC 6238, 5.2: one step for the delay of the person, and one for a clock that runs ahead.
    private static readonly VerificationWindow Neighbours = new(previous: 1, future: 1);

    /// <summary>Where the secret of a user belongs, for <see cref="KeyWrap"/>.</summary>
    public static string PurposeOf(UserId user) => $"two_factor_secrets|{user}|wrapped_secret";

    public NewSecret Make(User user)
    {
        var secret = RandomNumberGenerator.GetBytes(SecretBytes);
        var base32 = Base32Encoding.ToString(secret).TrimEnd('=');
        var issuer = Uri.EscapeDataString(options.Value.TwoFactorIssuer);
        var uri = $"otpauth://totp/{issuer}:{Uri.EscapeDataString(user.Email)}?secret={base32}&issuer={issuer}&algorithm=SHA1&digits={Digits}&period=30";
        return new NewSecret(wrap.Wrap(secret, PurposeOf(user.Id)), base32, uri);
    }

    public long? StepOf(TwoFactorSecret secret, string code)
    {
        code = code.Replace(" ", "", StringComparison.Ordinal);
        if (code.Length != Digits || !code.All(char.IsAsciiDigit))
            return null;

        var totp = new Totp(wrap.Unwrap(secret.WrappedSecret, PurposeOf(secret.UserId)), totpSize: Digits);
        return totp.VerifyTotp(clock.GetUtcNow().UtcDateTime, code, out var step, Neighbours) ? step : null;
    }
}
