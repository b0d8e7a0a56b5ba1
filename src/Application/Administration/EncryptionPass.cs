namespace CleanLlm.Application.Administration;

/// <summary>What a pass of <see cref="IContentEncryption"/> has done.</summary>
/// <param name="Rewrapped">Data keys that were wrapped again.</param>
/// <param name="Encrypted">Values that were encrypted.</param>
/// <param name="Failed">Keys and values that could not be, because a key is missing or was changed.</param>
public readonly record struct EncryptionPass(int Rewrapped, int Encrypted, int Failed)
{
    /// <summary>Nothing was to be done.</summary>
    public static EncryptionPass Nothing => default;

    /// <summary>What two passes have done.</summary>
    public static EncryptionPass operator +(EncryptionPass left, EncryptionPass right) =>
        new(left.Rewrapped + right.Rewrapped, left.Encrypted + right.Encrypted, left.Failed + right.Failed);
}
