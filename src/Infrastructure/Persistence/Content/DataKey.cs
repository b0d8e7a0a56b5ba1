namespace CleanLlm.Infrastructure.Persistence.Content;

/// <summary>The key of an owner's content, wrapped by a key-encryption key. Without this row the content cannot be read.</summary>
internal sealed class DataKey
{
    private DataKey()
    {
    }

    /// <summary>The user or plan, or the service.</summary>
    public Guid OwnerId { get; private set; }

    public byte[] WrappedKey { get; private set; } = [];

    /// <summary>The id of the key-encryption key that wrapped it.</summary>
    public string KekId { get; private set; } = "";

    public DateTimeOffset CreatedAt { get; private set; }

    public static DataKey Of(Guid owner, byte[] wrapped, string kek, DateTimeOffset now) =>
        new() { OwnerId = owner, WrappedKey = wrapped, KekId = kek, CreatedAt = now };

    /// <summary>Where the key of an owner belongs.</summary>
    public static string PurposeOf(Guid owner) => $"data_keys|{owner:N}|wrapped_key";
}
