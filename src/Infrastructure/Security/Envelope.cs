using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace CleanLlm.Infrastructure.Security;

/// <summary>
/// AES-256-GCM with a random nonce (NIST SP 800-38D, 8.2.2) in a self-describing form:
/// <c>version | length of kek id | kek id | nonce | ciphertext | tag</c>; everything before the nonce and the
/// caller's purpose are authenticated too, so that what was sealed opens only in the place it was made for.
/// </summary>
internal static class Envelope
{
    private const byte Version = 1;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int PrefixBytes = 2;

    /// <summary>Encrypts.</summary>
    /// <param name="plain">What.</param>
    /// <param name="keyId">The id of the key-encryption key that the key is, or comes from.</param>
    /// <param name="key">AES-256 key.</param>
    /// <param name="purpose">Where it belongs; needed again to open it.</param>
    public static byte[] Seal(ReadOnlySpan<byte> plain, string keyId, byte[] key, string purpose)
    {
        var headerBytes = PrefixBytes + keyId.Length;
        var envelope = new byte[headerBytes + NonceBytes + plain.Length + TagBytes];
        envelope[0] = Version;
        envelope[1] = (byte)keyId.Length;
        Encoding.ASCII.GetBytes(keyId, envelope.AsSpan(PrefixBytes));

        var nonce = envelope.AsSpan(headerBytes, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(
            nonce,
            plain,
            envelope.AsSpan(headerBytes + NonceBytes, plain.Length),
            envelope.AsSpan(^TagBytes..),
            AssociatedData(envelope.AsSpan(0, headerBytes), purpose));
        return envelope;
    }

    /// <summary>Decrypts what <see cref="Seal"/> made.</summary>
    /// <exception cref="CryptographicException">It was changed or belongs elsewhere; never says anything about the content.</exception>
    public static byte[] Open(ReadOnlySpan<byte> envelope, byte[] key, string purpose)
    {
        var headerBytes = PrefixBytes + KeyIdOf(envelope).Length;
        var body = envelope[headerBytes..];
        var plain = new byte[body.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(key, TagBytes);
        aes.Decrypt(
            body[..NonceBytes], body[NonceBytes..^TagBytes], body[^TagBytes..], plain, AssociatedData(envelope[..headerBytes], purpose));
        return plain;
    }

    /// <summary>The key-encryption key that is needed to open it.</summary>
    /// <exception cref="CryptographicException">It is no envelope.</exception>
    public static string KeyIdOf(ReadOnlySpan<byte> envelope) =>
        envelope.Length > PrefixBytes && envelope[0] == Version && envelope.Length >= PrefixBytes + envelope[1] + NonceBytes + TagBytes
            ? Encoding.ASCII.GetString(envelope.Slice(PrefixBytes, envelope[1]))
            : throw new CryptographicException("This is not an envelope of a known version.");

    // The header's length goes first: no two pairs of header and purpose give the same bytes.
    private static byte[] AssociatedData(ReadOnlySpan<byte> header, string purpose)
    {
        var data = new byte[sizeof(int) + header.Length + Encoding.UTF8.GetByteCount(purpose)];
        BinaryPrimitives.WriteInt32BigEndian(data, header.Length);
        header.CopyTo(data.AsSpan(sizeof(int)));
        Encoding.UTF8.GetBytes(purpose, data.AsSpan(sizeof(int) + header.Length));
        return data;
    }
}
