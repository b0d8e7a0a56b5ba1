using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace CleanLlm.Infrastructure.Security.Signing;

/// <summary>
/// A key pair that signs access tokens. RS256, because every request verifies a token and few sign one:
/// RSA verifies at less than half the cost of P-256.
/// </summary>
internal sealed class SigningKey
{
    public const int KidMaxLength = 64;
    public const int AlgorithmMaxLength = 16;
    private const int Bits = 2048;

    private SigningKey()
    {
    }

    /// <summary>1 for the first key, and one more for each that follows; all of them verify.</summary>
    public int Generation { get; private set; }

    /// <summary>Names the key in tokens: its thumbprint (RFC 7638).</summary>
    public string Kid { get; private set; } = "";

    /// <summary>The only JWS algorithm it is used with.</summary>
    public string Algorithm { get; private set; } = "";

    /// <summary>SubjectPublicKeyInfo (DER).</summary>
    public byte[] PublicKey { get; private set; } = [];

    /// <summary>PKCS #8 (DER), wrapped by the key-encryption key.</summary>
    public byte[] WrappedPrivateKey { get; private set; } = [];

    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>The same key under the current key-encryption key.</summary>
    public void Rewrap(KeyWrap wrap)
    {
        var plain = wrap.Unwrap(WrappedPrivateKey, Purpose);
        WrappedPrivateKey = wrap.Wrap(plain, Purpose);
        CryptographicOperations.ZeroMemory(plain);
    }

    private string Purpose => $"signing_keys|{Kid}|wrapped_private_key";

    public static SigningKey Create(int generation, KeyWrap wrap, DateTimeOffset now)
    {
        using var rsa = RSA.Create(Bits);
        var key = new SigningKey
        {
            Generation = generation,
            Kid = Base64UrlEncoder.Encode(new RsaSecurityKey(rsa.ExportParameters(includePrivateParameters: false)).ComputeJwkThumbprint()),
            Algorithm = SecurityAlgorithms.RsaSha256,
            PublicKey = rsa.ExportSubjectPublicKeyInfo(),
            CreatedAt = now,
        };
        var plain = rsa.ExportPkcs8PrivateKey();
        key.WrappedPrivateKey = wrap.Wrap(plain, key.Purpose);
        CryptographicOperations.ZeroMemory(plain);
        return key;
    }

    /// <summary>The public half.</summary>
    public RSAParameters Public()
    {
        using var rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(PublicKey, out _);
        return rsa.ExportParameters(includePrivateParameters: false);
    }

    /// <summary>The private half, ready to sign.</summary>
    /// <exception cref="CryptographicException">Its key-encryption key is not configured, or the row was changed.</exception>
    public SigningCredentials OpenPrivate(KeyWrap wrap)
    {
        using var rsa = RSA.Create();
        var plain = wrap.Unwrap(WrappedPrivateKey, Purpose);
        rsa.ImportPkcs8PrivateKey(plain, out _);
        CryptographicOperations.ZeroMemory(plain);
        // By parameters, so that each of the provider's pooled signers has an RSA object of its own.
        return new SigningCredentials(new RsaSecurityKey(rsa.ExportParameters(includePrivateParameters: true)) { KeyId = Kid }, Algorithm);
    }
}
