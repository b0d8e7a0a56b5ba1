using System.Security.Cryptography;
using CleanLlm.Domain.Users;
using Microsoft.AspNetCore.Identity;

namespace CleanLlm.Infrastructure.Identity;

/// <summary>The hash of a password that nobody knows: whoever tries an unknown address waits as long as for a known one.</summary>
internal sealed class PasswordDecoy(IPasswordHasher<UserCredential> hasher, TimeProvider clock)
{
    private readonly UserCredential nobody = new(User.Register("nobody@invalid", displayName: null, clock.GetUtcNow()).Value);
    private readonly Lazy<string> hash = new(() => hasher.HashPassword(null!, RandomNumberGenerator.GetHexString(64)));

    /// <summary>Makes the hash ahead of its first use.</summary>
    public void Prepare() => _ = hash.Value;

    /// <summary>Does the work of verifying a password; false for any.</summary>
    public Task<bool> VerifyAsync(string password)
    {
        hasher.VerifyHashedPassword(nobody, hash.Value, password);
        return Task.FromResult(false);
    }
}
