namespace CleanLlm.Application.Administration;

/// <summary>Brings stored content under the current key-encryption key.</summary>
public interface IContentEncryption
{
    /// <summary>Begins a pass in the background, on this instance; nothing more when one is about to begin.</summary>
    void Begin();

    /// <summary>Does a whole pass on this instance. It works beside everything else, and what breaks off goes on with the next pass.</summary>
    Task<EncryptionPass> RunAsync(CancellationToken ct);

    /// <summary>How far it has come.</summary>
    Task<EncryptionStatusDto> StatusAsync(CancellationToken ct);
}

/// <summary>How stored content is encrypted.</summary>
/// <param name="CurrentKeyId">The id of the key-encryption key that wraps data keys now.</param>
/// <param name="DataKeys">How many data keys each key-encryption key has wrapped. A key that has none can be removed from the configuration.</param>
/// <param name="PlainColumns">Columns that may still hold plain text from before content was encrypted; empty once all is encrypted.</param>
public sealed record EncryptionStatusDto(string CurrentKeyId, IReadOnlyList<WrappedKeysDto> DataKeys, IReadOnlyList<string> PlainColumns);

/// <summary>The data keys of one key-encryption key.</summary>
/// <param name="KeyId">The key-encryption key.</param>
/// <param name="Count">How many it has wrapped.</param>
public sealed record WrappedKeysDto(string KeyId, int Count);
