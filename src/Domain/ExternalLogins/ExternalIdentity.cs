using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;

namespace CleanLlm.Domain.ExternalLogins;

/// <summary>A person's identity at another provider, as that provider said in a verified answer.</summary>
public sealed record ExternalIdentity
{
    /// <summary>The longest subject, in characters (OpenID Connect Core 1.0, 2).</summary>
    public const int SubjectMaxLength = 255;

    /// <summary>The longest issuer, in characters.</summary>
    public const int IssuerMaxLength = 500;

    /// <summary>The configured name of the provider.</summary>
    public required string Provider { get; init; }

    /// <summary>The provider's own identifier. With <see cref="Subject"/> it is the identity; nothing else is.</summary>
    public required string Issuer { get; init; }

    /// <summary>Names the person at the issuer, permanently.</summary>
    public required string Subject { get; init; }

    /// <summary>Their address; null when the provider gave none that is one. Never a reason to believe that two accounts are one person's.</summary>
    public string? Email { get; init; }

    /// <summary>Whether the provider says that the address was proved to be theirs.</summary>
    public bool EmailVerified { get; init; }

    /// <summary>What they are called; null when the provider gave nothing that can be shown.</summary>
    public string? DisplayName { get; init; }

    /// <summary>What a provider said, kept as far as it is acceptable: a bad address or name counts as none.</summary>
    /// <returns>The identity, or <see cref="AuthErrors.ExternalFailed"/> when the subject is missing or not acceptable.</returns>
    public static Result<ExternalIdentity> Of(
        string provider, string issuer, string? subject, string? email, bool emailVerified, string? displayName)
    {
        if (!IsKey(issuer, IssuerMaxLength) || !IsKey(subject, SubjectMaxLength))
            return AuthErrors.ExternalFailed;

        var address = EmailAddress.Of(email)?.Value;
        var name = displayName?.Trim();
        return new ExternalIdentity
        {
            Provider = provider,
            Issuer = issuer,
            Subject = subject!,
            Email = address,
            EmailVerified = address is not null && emailVerified,
            DisplayName = name is { Length: > 0 } && User.IsDisplayName(name) ? name : null,
        };
    }

    private static bool IsKey(string? text, int maxLength) =>
        !string.IsNullOrWhiteSpace(text) && text.Length <= maxLength && !text.Any(char.IsControl);
}
