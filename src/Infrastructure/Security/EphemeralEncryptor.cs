using System.Security.Cryptography;
using System.Text;

namespace CleanLlm.Infrastructure.Security;

/// <summary>
/// Encrypts content that lives for minutes outside the database. Every purpose has a key of its own, derived from the
/// key-encryption key (HKDF, RFC 5869), so that no key sees more than a few messages and none has to be kept.
/// </summary>
internal sealed class EphemeralEncryptor(KeyEncryptionKeys keys)
{
    /// <summary>Encrypts.</summary>
    /// <param name="plain">What.</param>
    /// <param name="purpose">Where it belongs, e.g. <c>completion-events|id</c>; needed again to open it.</param>
    public byte[] Seal(ReadOnlySpan<byte> plain, string purpose) => For(purpose).Seal(plain);

    /// <summary>Encrypts more than once for one purpose, with the key that is current now.</summary>
    public PurposeEncryptor For(string purpose) => new(keys.CurrentId, KeyOf(keys.CurrentId, purpose), purpose);

    /// <summary>Decrypts what <see cref="Seal"/> made.</summary>
    /// <exception cref="CryptographicException">
    /// It was changed, belongs elsewhere, or its key-encryption key is not configured; never says anything about the content.
    /// </exception>
    public byte[] Open(ReadOnlySpan<byte> envelope, string purpose) => Envelope.Open(envelope, KeyOf(Envelope.KeyIdOf(envelope), purpose), purpose);

    private byte[] KeyOf(string id, string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, keys.Get(id), KeyEncryptionKeys.KeyBytes, info: Encoding.UTF8.GetBytes(purpose));
}

/// <summary>A <see cref="EphemeralEncryptor"/> for one purpose, whose key was derived once.</summary>
internal sealed class PurposeEncryptor(string keyId, byte[] key, string purpose)
{
    /// <summary>Encrypts what <see cref="EphemeralEncryptor.Open"/> decrypts.</summary>
    public byte[] Seal(ReadOnlySpan<byte> plain) => Envelope.Seal(plain, keyId, key, purpose);
}
