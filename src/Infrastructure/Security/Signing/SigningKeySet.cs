using CleanLlm.Application.Accounts;
using Microsoft.IdentityModel.Tokens;

namespace CleanLlm.Infrastructure.Security.Signing;

/// <summary>All signing keys as they were when read; never changes.</summary>
internal sealed class SigningKeySet : BaseConfiguration
{
    private readonly List<(DateTimeOffset SignsFrom, Lazy<SigningCredentials> Private)> signers;

    /// <param name="keys">At least one, newest first.</param>
    /// <param name="lead">How long a key is published before it signs.</param>
    /// <param name="wrap">Opens a key at its first use.</param>
    public SigningKeySet(IReadOnlyList<SigningKey> keys, TimeSpan lead, KeyWrap wrap)
    {
        signers = [.. keys.Select(key => (
            key.CreatedAt + lead,
            new Lazy<SigningCredentials>(() => key.OpenPrivate(wrap), LazyThreadSafetyMode.PublicationOnly)))];
        var publics = keys.Select(key => (key.Kid, key.Algorithm, Parameters: key.Public())).ToList();
        foreach (var key in publics)
            SigningKeys.Add(new RsaSecurityKey(key.Parameters) { KeyId = key.Kid });
        Public = new PublicKeySet([.. publics.Select(key => new PublicKey(
            JsonWebAlgorithmsKeyTypes.RSA,
            JsonWebKeyUseNames.Sig,
            key.Algorithm,
            key.Kid,
            Base64UrlEncoder.Encode(key.Parameters.Modulus),
            Base64UrlEncoder.Encode(key.Parameters.Exponent)))]);
    }

    /// <summary>For others to verify with.</summary>
    public PublicKeySet Public { get; }

    /// <summary>For us to sign with at the given moment: the newest key that was published long enough, or else the oldest.</summary>
    public SigningCredentials SignerAt(DateTimeOffset now)
    {
        var known = signers.FindIndex(signer => signer.SignsFrom <= now);
        return signers[known < 0 ? signers.Count - 1 : known].Private.Value;
    }
}
