using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace CleanLlm.Infrastructure.Security;

/// <summary>
/// Encrypts keys under the current key-encryption key: AES-256-GCM with a random nonce (NIST SP 800-38D, 8.2.2).
/// The result is <c>version | length of kek id | kek id | nonce | ciphertext | tag</c>; everything before the nonce and the
/// caller's purpose are authenticated too, so that a wrapped key opens only in the place it was made for.
/// </summary>
internal sealed class KeyWrap(KeyEncryptionKeys keys)
{
    private const byte Version = 1;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int PrefixBytes = 2;

    /// <summary>Encrypts a key.</summary>
    /// <param name="plain">The key.</param>
    /// <param name="purpose">Where it belongs, as <c>table|row|column</c>; needed again to open it.</param>
    public byte[] Wrap(ReadOnlySpan<byte> plain, string purpose)
    {
        var id = keys.CurrentId;
        var headerBytes = PrefixBytes + id.Length;
        var wrapped = new byte[headerBytes + NonceBytes + plain.Length + TagBytes];
        wrapped[0] = Version;
        wrapped[1] = (byte)id.Length;
        Encoding.ASCII.GetBytes(id, wrapped.AsSpan(PrefixBytes));

        var nonce = wrapped.AsSpan(headerBytes, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(KeyOf(id), TagBytes);
        aes.Encrypt(
            nonce,
            plain,
            wrapped.AsSpan(headerBytes + NonceBytes, plain.Length),
            wrapped.AsSpan(^TagBytes..),
            AssociatedData(wrapped.AsSpan(0, headerBytes), purpose));
        return wrapped;
    }

    /// <summary>Decrypts what <see cref="Wrap"/> made.</summary>
    /// <exception cref="CryptographicException">
    /// It was changed, belongs elsewhere, or its key-encryption key is not configured; never says anything about the content.
    /// </exception>
    public byte[] Unwrap(ReadOnlySpan<byte> wrapped, string purpose)
    {
        var id = KeyIdOf(wrapped);
        var headerBytes = PrefixBytes + id.Length;
        var body = wrapped[headerBytes..];
        var plain = new byte[body.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(KeyOf(id), TagBytes);
        aes.Decrypt(
            body[..NonceBytes], body[NonceBytes..^TagBytes], body[^TagBytes..], plain, AssociatedData(wrapped[..headerBytes], purpose));
        return plain;
    }

    /// <summary>Whether a key-encryption key that is no longer the current one wrapped it, so that it should be wrapped anew.</summary>
    public bool IsOutdated(ReadOnlySpan<byte> wrapped) => KeyIdOf(wrapped) != keys.CurrentId;

    private static string KeyIdOf(ReadOnlySpan<byte> wrapped) =>
        wrapped.Length > PrefixBytes && wrapped[0] == Version && wrapped.Length >= PrefixBytes + wrapped[1] + NonceBytes + TagBytes
            ? Encoding.ASCII.GetString(wrapped.Slice(PrefixBytes, wrapped[1]))
            : throw new CryptographicException("This is not a wrapped key of a known version.");

    private byte[] KeyOf(string id) => keys.TryGet(id, out var key)
        ? key
        : throw new CryptographicException($"The key-encryption key '{id}' is not configured in Encryption:Keys.");

    // The header's length goes first: no header and purpose run together like another pair.
    private static byte[] AssociatedData(ReadOnlySpan<byte> header, string purpose)
    {
        var data = new byte[sizeof(int) + header.Length + Encoding.UTF8.GetByteCount(purpose)];
        BinaryPrimitives.WriteInt32BigEndian(data, header.Length);
        header.CopyTo(data.AsSpan(sizeof(int)));
        Encoding.UTF8.GetBytes(purpose, data.AsSpan(sizeof(int) + header.Length));
        return data;
    }
}
