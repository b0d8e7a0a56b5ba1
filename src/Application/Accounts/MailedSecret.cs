using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace CleanLlm.Application.Accounts;

/// <summary>The secret of a mailed token: 256 random bits, stored as <see cref="Hash"/> only.</summary>
internal readonly record struct MailedSecret(string Value)
{
    private const int Bytes = 32;

    /// <summary>256 bits have no dictionary, so one plain SHA-256 protects them.</summary>
    public string Hash => HashOf(Value);

    public static MailedSecret New() => new(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes)));

    public static string HashOf(string secret) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    public override string ToString() => "(secret)";
}
