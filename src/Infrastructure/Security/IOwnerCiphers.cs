using System.Security.Cryptography;
using CleanLlm.Application.Faults;
using CleanLlm.Application.Security;

namespace CleanLlm.Infrastructure.Security;

/// <summary>Encrypts content that lives outside the database under the data key of its owner.</summary>
internal interface IOwnerCiphers
{
    /// <summary>The cipher of an owner; its key is made when the owner first has content.</summary>
    /// <param name="owner">Whose content it is.</param>
    /// <param name="ct">Ends the wait for the key.</param>
    /// <exception cref="UnreadableContentException">The key cannot be unwrapped.</exception>
    ValueTask<IOwnerCipher> CipherOfAsync(ContentOwner owner, CancellationToken ct);
}

/// <summary>Encrypts and decrypts under one data key.</summary>
internal interface IOwnerCipher
{
    /// <summary>Encrypts.</summary>
    /// <param name="plain">What.</param>
    /// <param name="purpose">Where it belongs; needed again to open it.</param>
    byte[] Seal(ReadOnlySpan<byte> plain, string purpose);

    /// <summary>Decrypts what <see cref="Seal"/> made.</summary>
    /// <exception cref="CryptographicException">It was changed, or belongs elsewhere or to another owner.</exception>
    byte[] Open(ReadOnlySpan<byte> envelope, string purpose);
}
