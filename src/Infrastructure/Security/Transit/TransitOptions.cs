using System.ComponentModel.DataAnnotations;
using CleanLlm.Application.Settings;

namespace CleanLlm.Infrastructure.Security.Transit;

/// <summary>
/// Section <c>Encryption:Transit</c>: a key management service that wraps data keys, with the API of the transit engine of HashiCorp Vault and OpenBao. Its keys
/// never leave it. Without an address the configured keys wrap.
/// </summary>
internal sealed record TransitOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Encryption:Transit";

    /// <summary>The longest name of a key: with its version it fits the id that is stored with a data key.</summary>
    public const int KeyMaxLength = 24;

    /// <summary>The service, e.g. <c>https://vault.example:8200</c>; empty for none.</summary>
    public string Address { get; init; } = "";

    /// <summary>Where the engine is mounted.</summary>
    [RegularExpression("^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$")]
    public string Mount { get; init; } = "transit";

    /// <summary>The name of the key, which must be of an AEAD type, such as the default <c>aes256-gcm96</c>.</summary>
    public string Key { get; init; } = "";

    /// <summary>The namespace of the engine; empty for none.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>The token that may encrypt and decrypt with the key, and read it.</summary>
    [Secret]
    public string Token { get; init; } = "";

    /// <summary>A file that holds the token, in the place of <see cref="Token"/>. It is read again for each call, so that an agent may renew it.</summary>
    public string TokenFile { get; init; } = "";

    /// <summary>How long a call may take, in seconds.</summary>
    [Range(1, 60)]
    public int TimeoutSeconds { get; init; } = 5;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Address.Length == 0)
            yield break;
        if (!Uri.TryCreate(Address, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http"))
            yield return new ValidationResult($"{Section}:Address must be an absolute http or https address.", [nameof(Address)]);
        if (Key.Length is 0 or > KeyMaxLength || !Key.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
            yield return new ValidationResult($"{Section}:Key must have 1 to {KeyMaxLength} ASCII letters, digits, '.', '_' or '-'.", [nameof(Key)]);
        if (Token.Length == 0 == (TokenFile.Length == 0))
            yield return new ValidationResult($"{Section}:Token is missing: give it or {Section}:TokenFile, and not both.", [nameof(Token)]);
    }

    // A record would print the token.
    public override string ToString() => $"{Address} {Key}";
}
