using System.Security.Cryptography;

namespace CleanLlm.Infrastructure.Security;

/// <summary>Encrypts keys under the current key-encryption key, in the form of an <see cref="Envelope"/>.</summary>
internal sealed class KeyWrap(KeyEncryptionKeys keys)
{
    /// <summary>Encrypts a key.</summary>
    /// <param name="plain">The key.</param>
    /// <param name="purpose">Where it belongs, as <c>table|row|column</c>; needed again to open it.</param>
    public byte[] Wrap(ReadOnlySpan<byte> plain, string purpose) => Envelope.Seal(plain, keys.CurrentId, keys.Get(keys.CurrentId), purpose);

    /// <summary>Decrypts what <see cref="Wrap"/> made.</summary>
    /// <exception cref="CryptographicException">
    /// It was changed, belongs elsewhere, or its key-encryption key is not configured; never says anything about the content.
    /// </exception>
    public byte[] Unwrap(ReadOnlySpan<byte> wrapped, string purpose)
    {
        var id = Envelope.KeyIdOf(wrapped);
        try
        {
            return Envelope.Open(wrapped, keys.Get(id), purpose);
        }
        catch (AuthenticationTagMismatchException other)
        {
            throw new CryptographicException($"The configured key '{id}' is another than the one that wrapped {purpose}.", other);
        }
    }

    /// <summary>Whether a key-encryption key that is no longer the current one wrapped it, so that it should be wrapped again.</summary>
    public bool IsOutdated(ReadOnlySpan<byte> wrapped) => Envelope.KeyIdOf(wrapped) != keys.CurrentId;
}
