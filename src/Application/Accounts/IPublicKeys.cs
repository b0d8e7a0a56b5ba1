namespace CleanLlm.Application.Accounts;

/// <summary>The public halves of the keys that sign access tokens.</summary>
public interface IPublicKeys
{
    /// <summary>All keys whose tokens are accepted. Cached, so it costs no round trip when warm.</summary>
    ValueTask<PublicKeySet> ListAsync(CancellationToken ct);
}

/// <summary>A JSON Web Key Set (RFC 7517, 5).</summary>
/// <param name="Keys">The keys, newest first.</param>
public sealed record PublicKeySet(IReadOnlyList<PublicKey> Keys);

/// <summary>A public RSA key (RFC 7518, 6.3.1); numbers are base64url of big-endian bytes.</summary>
/// <param name="Kty">Key type: <c>RSA</c>.</param>
/// <param name="Use">What for: <c>sig</c>.</param>
/// <param name="Alg">The only algorithm it is used with.</param>
/// <param name="Kid">Names the key in a token's header.</param>
/// <param name="N">The modulus.</param>
/// <param name="E">The exponent.</param>
public sealed record PublicKey(string Kty, string Use, string Alg, string Kid, string N, string E);
