using System.Collections.Concurrent;
using System.Security.Cryptography;
using CleanLlm.Application.Security;
using CleanLlm.Infrastructure.Security;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.ResponseCache;

/// <summary>Data keys in memory, one for each owner.</summary>
internal sealed class PlayedCiphers : IOwnerCiphers
{
    private readonly ConcurrentDictionary<ContentOwner, Cipher> ciphers = new();

    /// <summary>Whether the place of the keys cannot be asked.</summary>
    public bool IsAway { get; set; }

    public ValueTask<IOwnerCipher> CipherOfAsync(ContentOwner owner, CancellationToken ct) => IsAway
        ? throw new TimeoutException("The keys are away.")
        : ValueTask.FromResult<IOwnerCipher>(ciphers.GetOrAdd(owner, _ => new Cipher()));

    private sealed class Cipher : IOwnerCipher
    {
        private readonly byte[] key = RandomNumberGenerator.GetBytes(KeyEncryptionKeys.KeyBytes);

        public byte[] Seal(ReadOnlySpan<byte> plain, string purpose) => Envelope.Seal(plain, "1", key, purpose);

        public byte[] Open(ReadOnlySpan<byte> envelope, string purpose) => Envelope.Open(envelope, key, purpose);
    }
}
