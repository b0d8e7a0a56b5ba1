using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace CleanLlm.Application.Security;

/// <summary>A secret that is handed out once, in tokens, mails and redirects: 256 random bits, stored as <see cref="Hash"/> only.</summary>
internal readonly record struct SecretToken(string Value)
{
    private const int Bytes = 32;

    /// <summary>256 bits have no dictionary, so one plain SHA-256 protects them.</summary>
    public string Hash => HashOf(Value);

    public static SecretToken New() => Of(RandomNumberGenerator.GetBytes(Bytes));

    public static SecretToken Of(ReadOnlySpan<byte> bits) => new(Base64Url.EncodeToString(bits));

    public static string HashOf(string secret) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    public override string ToString() => "(secret)";
}
