using CleanLlm.Application.Faults;

namespace CleanLlm.Application.Security;

/// <summary>
/// Wraps data keys under a key-encryption key: the one of the configuration, or one in a key management service. An implementation takes the place of
/// the configured one by its registration.
/// </summary>
public interface IDataKeyWrap
{
    /// <summary>The id of the key that wraps now, at most 32 ASCII characters. Rotation wraps again what other keys have wrapped.</summary>
    /// <exception cref="KeyServiceException">The service cannot be asked.</exception>
    ValueTask<string> CurrentIdAsync(CancellationToken ct);

    /// <summary>Wraps a key under the current key-encryption key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="purpose">Where it belongs; needed again to unwrap it.</param>
    /// <param name="ct">Ends the call.</param>
    /// <exception cref="KeyServiceException">The service cannot be asked.</exception>
    ValueTask<WrappedKey> WrapAsync(ReadOnlyMemory<byte> key, string purpose, CancellationToken ct);

    /// <summary>Unwraps what <see cref="WrapAsync"/> made.</summary>
    /// <param name="kekId">The id of the key that wrapped it.</param>
    /// <param name="wrapped">The wrapped key.</param>
    /// <param name="purpose">As it was given then.</param>
    /// <param name="ct">Ends the call.</param>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The key is not known, or this was changed or belongs elsewhere.</exception>
    /// <exception cref="KeyServiceException">The service cannot be asked.</exception>
    ValueTask<byte[]> UnwrapAsync(string kekId, ReadOnlyMemory<byte> wrapped, string purpose, CancellationToken ct);
}

/// <summary>A wrapped key.</summary>
/// <param name="KekId">The id of the key-encryption key that wrapped it.</param>
/// <param name="Bytes">As it is stored.</param>
public sealed record WrappedKey(string KekId, byte[] Bytes);
