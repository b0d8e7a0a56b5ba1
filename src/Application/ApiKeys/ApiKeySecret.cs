using System.Buffers.Text;
using System.Security.Cryptography;
using CleanLlm.Application.Security;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.ApiKeys;

/// <summary>
/// An API key as its owner sees it, once: <c>clk_</c>, the key's id, 256 random bits and a checksum, by which scanners
/// recognise a leaked key, and we a mistyped one, without a look into any database.
/// </summary>
public readonly record struct ApiKeySecret
{
    /// <summary>What every key begins with.</summary>
    public const string Prefix = "clk_";

    private const int IdBytes = 16;
    private const int SecretBytes = 32;
    private const int ChecksumBytes = 6;
    private const int Bytes = IdBytes + SecretBytes + ChecksumBytes;

    private readonly byte[] secret;

    private ApiKeySecret(ApiKeyId id, byte[] secret) => (Id, this.secret) = (id, secret);

    /// <summary>Which key it is.</summary>
    public ApiKeyId Id { get; }

    /// <summary>A new secret for a key.</summary>
    public static ApiKeySecret New(ApiKeyId id) => new(id, RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>Reads a key; false for any other text.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ApiKeySecret key)
    {
        key = default;
        Span<byte> bytes = stackalloc byte[Bytes];
        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || text.Length != Prefix.Length + Base64Url.GetEncodedLength(Bytes)
            || !Base64Url.TryDecodeFromChars(text[Prefix.Length..], bytes, out var written) || written != Bytes)
            return false;

        Span<byte> checksum = stackalloc byte[ChecksumBytes];
        Checksum(bytes[..^ChecksumBytes], checksum);
        if (!checksum.SequenceEqual(bytes[^ChecksumBytes..]))
            return false;
        key = new ApiKeySecret(new ApiKeyId(new Guid(bytes[..IdBytes], bigEndian: true)), bytes.Slice(IdBytes, SecretBytes).ToArray());
        return true;
    }

    /// <summary>What is stored of it.</summary>
    public ValueTask<byte[]> HashAsync(IKeyedHash hash, CancellationToken ct) => hash.ComputeAsync(HashPurpose.ApiKey, secret, ct);

    /// <summary>The key as it is shown, once.</summary>
    public string Reveal()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        Id.Value.TryWriteBytes(bytes, bigEndian: true, out _);
        secret.CopyTo(bytes[IdBytes..]);
        Checksum(bytes[..^ChecksumBytes], bytes[^ChecksumBytes..]);
        return Prefix + Base64Url.EncodeToString(bytes);
    }

    /// <inheritdoc />
    public override string ToString() => $"{Prefix}{Id}";

    private static void Checksum(ReadOnlySpan<byte> data, Span<byte> checksum)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(data, digest);
        digest[..checksum.Length].CopyTo(checksum);
    }
}
