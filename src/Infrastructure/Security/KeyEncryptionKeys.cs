using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Security;

/// <summary>The configured key-encryption keys. They live in memory and configuration only, never in the database.</summary>
internal sealed class KeyEncryptionKeys(IOptions<EncryptionOptions> options)
{
    /// <summary>AES-256.</summary>
    public const int KeyBytes = 32;

    /// <summary>The longest id, in ASCII characters; its length must fit the one byte it has in a header.</summary>
    public const int IdMaxLength = 32;

    private readonly Dictionary<string, byte[]> keys =
        options.Value.Keys.ToDictionary(key => key.Id, key => Convert.FromBase64String(key.Key), StringComparer.Ordinal);

    /// <summary>The id of the key that wraps.</summary>
    public string CurrentId { get; } = options.Value.Keys[0].Id;

    /// <summary>The key of that id, if it is configured.</summary>
    public bool TryGet(string id, [NotNullWhen(true)] out byte[]? key) => keys.TryGetValue(id, out key);

    /// <summary>The key of that id.</summary>
    /// <exception cref="CryptographicException">It is not configured.</exception>
    public byte[] Get(string id) => TryGet(id, out var key)
        ? key
        : throw new CryptographicException($"A key '{id}' is not configured.");

    /// <summary>Whether a setting holds a key, and which.</summary>
    public static bool TryDecode(string? base64, out byte[] key)
    {
        key = new byte[KeyBytes];
        return base64 is not null && Convert.TryFromBase64String(base64, key, out var written) && written == KeyBytes;
    }
}
