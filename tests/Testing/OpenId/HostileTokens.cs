using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CleanLlm.Testing.OpenId;

/// <summary>Makes ID tokens by hand: what no library would sign. Any variant that is not named here gets an honest one.</summary>
internal sealed class HostileTokens : IDisposable
{
    private const string Kid = "provider-key";

    private readonly RSA known = RSA.Create(2_048);
    private readonly RSA unknown = RSA.Create(2_048);

    /// <summary>The keys that the provider publishes.</summary>
    public object PublishedKeys => new { keys = new[] { Jwk(known, Kid) } };

    /// <summary>The keys that it would like to be believed, at an address that tokens point to.</summary>
    public object OtherKeys => new { keys = new[] { Jwk(unknown, "other-key") } };

    /// <summary>The ID token of a sign-in.</summary>
    public string Make(SignInAtProvider signIn, string issuer, string clientSecret, ExternalPerson person)
    {
        var now = TimeProvider.System.GetUtcNow();
        var payload = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["iss"] = issuer,
            ["aud"] = signIn.ClientId,
            ["sub"] = person.Subject,
            ["nonce"] = signIn.Nonce,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = now.AddMinutes(5).ToUnixTimeSeconds(),
            ["email"] = person.Email,
            ["email_verified"] = person.EmailVerified,
            ["name"] = person.Name,
        };
        Spoil(payload, signIn.Variant, now);
        foreach (var absent in payload.Where(claim => claim.Value is null).Select(claim => claim.Key).ToList())
            payload.Remove(absent);
        return Sign(payload, signIn.Variant, issuer, clientSecret);
    }

    public void Dispose()
    {
        known.Dispose();
        unknown.Dispose();
    }

    private static void Spoil(Dictionary<string, object?> payload, string variant, DateTimeOffset now)
    {
        switch (variant)
        {
            case "wrong-issuer": payload["iss"] = "https://accounts.example.com"; break;
            case "issuer-with-slash": payload["iss"] = $"{payload["iss"]}/"; break;
            case "wrong-audience": payload["aud"] = "another-client"; break;
            case "extra-audience": payload["aud"] = new[] { payload["aud"], "another-client" }; break;
            case "azp-mismatch": payload["azp"] = "another-client"; break;
            case "expired": payload["exp"] = now.AddMinutes(-3).ToUnixTimeSeconds(); break;
            case "no-expiry": payload["exp"] = null; break;
            case "not-yet-valid": payload["nbf"] = now.AddMinutes(3).ToUnixTimeSeconds(); break;
            case "missing-nonce": payload["nonce"] = null; break;
            case "wrong-nonce": payload["nonce"] = "a nonce of another sign-in"; break;
            case "missing-sub": payload["sub"] = null; break;
            case "empty-sub": payload["sub"] = " "; break;
        }
    }

    private string Sign(Dictionary<string, object?> payload, string variant, string issuer, string clientSecret) => variant switch
    {
        "alg-none" => Part(new { alg = "none", typ = "JWT" }) + "." + Part(payload) + ".",
        "no-signature" => Input(new { alg = "RS256", kid = Kid }, payload) + ".",
        "hs256-client-secret" => Mac(new { alg = "HS256", kid = Kid }, payload, Encoding.UTF8.GetBytes(clientSecret)),
        "hs256-public-key" => Mac(new { alg = "HS256", kid = Kid }, payload, Encoding.UTF8.GetBytes(known.ExportSubjectPublicKeyInfoPem())),
        "unknown-key" => Rsa(new { alg = "RS256", kid = "other-key" }, payload, unknown),
        "known-kid-other-key" => Rsa(new { alg = "RS256", kid = Kid }, payload, unknown),
        "no-kid-other-key" => Rsa(new { alg = "RS256" }, payload, unknown),
        "jku-header" => Rsa(new { alg = "RS256", kid = "other-key", jku = $"{issuer}/other-jwks" }, payload, unknown),
        "jwk-header" => Rsa(new { alg = "RS256", kid = "other-key", jwk = Jwk(unknown, "other-key") }, payload, unknown),
        "changed-payload" => Changed(payload),
        _ => Rsa(new { alg = "RS256", kid = Kid, typ = "JWT" }, payload, known),
    };

    private string Changed(Dictionary<string, object?> payload)
    {
        var parts = Rsa(new { alg = "RS256", kid = Kid }, payload, known).Split('.');
        payload["sub"] = "somebody-else";
        return $"{parts[0]}.{Part(payload)}.{parts[2]}";
    }

    private static string Rsa(object header, object payload, RSA key)
    {
        var input = Input(header, payload);
        return $"{input}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private static string Mac(object header, object payload, byte[] key)
    {
        var input = Input(header, payload);
        return $"{input}.{Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(input)))}";
    }

    private static string Input(object header, object payload) => $"{Part(header)}.{Part(payload)}";

    private static string Part(object json) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(json));

    private static object Jwk(RSA key, string kid)
    {
        var numbers = key.ExportParameters(includePrivateParameters: false);
        return new
        {
            kty = "RSA",
            use = "sig",
            alg = "RS256",
            kid,
            n = Base64Url.EncodeToString(numbers.Modulus),
            e = Base64Url.EncodeToString(numbers.Exponent),
        };
    }
}
