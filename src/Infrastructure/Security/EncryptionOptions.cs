using CleanLlm.Application.Settings;

namespace CleanLlm.Infrastructure.Security;

/// <summary>Key-encryption keys: section <c>Encryption</c>.</summary>
internal sealed record EncryptionOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Encryption";

    /// <summary>The first key wraps; the others only unwrap what they wrapped before.</summary>
    public IList<EncryptionKeyOptions> Keys { get; init; } = [];
}

/// <summary>One key-encryption key.</summary>
internal sealed record EncryptionKeyOptions
{
    /// <summary>Names the key in what it wraps; 1 to 32 ASCII letters, digits, '.', '_' or '-', never used for another key.</summary>
    [Secret] // It is short; a long one that is refused may be a key that came to the wrong place.
    public string Id { get; init; } = "";

    /// <summary>32 random bytes as base64, e.g. from <c>openssl rand -base64 32</c>.</summary>
    [Secret]
    public string Key { get; init; } = "";

    /// <summary>A file that holds the key in that form, in the place of <see cref="Key"/>; read at start.</summary>
    public string File { get; init; } = "";

    // A record would print the key.
    public override string ToString() => Id;
}
