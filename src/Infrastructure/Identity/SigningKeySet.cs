using CleanLlm.Application.Accounts;
using CleanLlm.Infrastructure.Security;
using Microsoft.IdentityModel.Tokens;

namespace CleanLlm.Infrastructure.Identity;

/// <summary>All signing keys as they were when read; never changes.</summary>
internal sealed class SigningKeySet : BaseConfiguration
{
    private readonly Lazy<SigningCredentials> newest;

    /// <param name="keys">At least one, newest first.</param>
    /// <param name="wrap">Opens the newest one at its first use.</param>
    public SigningKeySet(IReadOnlyList<SigningKey> keys, KeyWrap wrap)
    {
        newest = new Lazy<SigningCredentials>(() => keys[0].OpenPrivate(wrap), LazyThreadSafetyMode.PublicationOnly);
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

    /// <summary>For us to sign with.</summary>
    public SigningCredentials Newest => newest.Value;
}
