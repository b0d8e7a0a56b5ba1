using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace CleanLlm.Application.TwoFactor;

/// <summary>Stands in for the second factor once, when the device is lost: 80 random bits, shown once, stored as a hash.</summary>
internal static class RecoveryCode
{
    /// <summary>Codes of one user.</summary>
    public const int Count = 10;

    // 32 letters and digits that are not taken for each other: five bits each.
    private const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private const int Length = 16;
    private const int Group = 4;

    public static string New() =>
        string.Join('-', RandomNumberGenerator.GetItems<char>(Alphabet, Length).Chunk(Group).Select(group => new string(group)));

    /// <summary>The stored form, however the code was typed; null when it cannot be a recovery code.</summary>
    public static string? HashOf(string code)
    {
        var letters = new string([.. code.Where(char.IsAsciiLetterOrDigit).Select(char.ToUpperInvariant)]);
        return letters.Length == Length ? Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(letters))) : null;
    }
}
