using CleanLlm.Infrastructure.Security;

namespace CleanLlm.Infrastructure.Persistence.Keys;

/// <summary>The key of all keyed hashes, wrapped by the key-encryption key; there is one row.</summary>
internal sealed class HashKey
{
    /// <summary>The id of the one row.</summary>
    public const int TheOne = 1;

    /// <summary>Where the key belongs, for <see cref="KeyWrap"/>.</summary>
    public const string Purpose = "hash_keys|1|wrapped_key";

    private HashKey()
    {
    }

    public int Id { get; private set; }

    public byte[] WrappedKey { get; private set; } = [];

    public static HashKey Of(byte[] wrappedKey) => new() { Id = TheOne, WrappedKey = wrappedKey };

    /// <summary>The same key, wrapped again.</summary>
    public void Rewrap(byte[] wrappedKey) => WrappedKey = wrappedKey;
}
