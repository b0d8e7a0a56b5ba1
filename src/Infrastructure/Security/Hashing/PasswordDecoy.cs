using System.Buffers.Binary;
using System.Security.Cryptography;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.Persistence;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Security.Hashing;

/// <summary>The hash of an unknown password: a caller who tries an unknown address waits as long as for a known one.</summary>
internal sealed class PasswordDecoy(IPasswordHasher<UserCredential> hasher, IOptions<PasswordHasherOptions> options, TimeProvider clock)
{
    // Identity's format 3: a marker, then the pseudo-random function and the iterations as big-endian numbers.
    private const byte Format3 = 1;
    private const int IterationsAt = 5;

    private readonly UserCredential decoy = new(User.Register("decoy@invalid", displayName: null, clock.GetUtcNow()).Value);
    private readonly Lazy<string> hash = new(() => hasher.HashPassword(null!, RandomNumberGenerator.GetHexString(64)));

    /// <summary>Makes the hash ahead of its first use.</summary>
    public void Prepare() => _ = hash.Value;

    /// <summary>Does the work of verifying a password; false for any.</summary>
    public bool Verify(string password) => hasher.VerifyHashedPassword(decoy, hash.Value, password) != PasswordVerificationResult.Failed;

    /// <summary>Verifying against an old hash took less work than today's: does the difference, so that the time does not tell its age.</summary>
    public void WorkOffTheRest(string stored, string password)
    {
        var bytes = Convert.FromBase64String(stored);
        var done = bytes is [Format3, ..] && bytes.Length >= IterationsAt + sizeof(uint) ? (int)BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(IterationsAt)) : 0;
        if (options.Value.IterationCount - done is > 0 and var rest)
            Rfc2898DeriveBytes.Pbkdf2(password, bytes, rest, HashAlgorithmName.SHA512, SHA256.HashSizeInBytes);
    }
}
