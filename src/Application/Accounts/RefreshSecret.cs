using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using CleanLlm.Application.Security;

namespace CleanLlm.Application.Accounts;

/// <summary>The secret of a refresh token: shown to its owner once, stored as <see cref="Hash"/> only.</summary>
internal readonly record struct RefreshSecret(string Value)
{
    private const int Bytes = 32;

    /// <summary>256 bits have no dictionary, so one plain SHA-256 protects them.</summary>
    public string Hash => HashOf(Value);

    public static RefreshSecret New() => new(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes)));

    /// <summary>
    /// The secret that follows another: always the same one, so that a retry gets it again without its being stored, and
    /// computable only by this installation.
    /// </summary>
    public static async ValueTask<RefreshSecret> FollowingAsync(string presented, IKeyedHash hash, CancellationToken ct) =>
        new(Base64Url.EncodeToString(await hash.ComputeAsync(HashPurpose.RefreshSuccessor, Encoding.UTF8.GetBytes(presented), ct)));

    public static string HashOf(string secret) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    public override string ToString() => "(secret)";
}
