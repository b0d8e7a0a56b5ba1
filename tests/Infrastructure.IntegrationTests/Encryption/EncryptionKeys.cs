using System.Security.Cryptography;
using CleanLlm.Infrastructure.Security;

namespace CleanLlm.Infrastructure.IntegrationTests.Encryption;

/// <summary>Key-encryption keys for tests.</summary>
internal static class EncryptionKeys
{
    /// <summary>A new key of that id, as it is configured.</summary>
    public static EncryptionKeyOptions New(string id) => new() { Id = id, Key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyEncryptionKeys.KeyBytes)) };
}
