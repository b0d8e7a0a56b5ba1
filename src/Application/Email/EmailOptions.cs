using System.ComponentModel.DataAnnotations;

namespace CleanLlm.Application.Email;

/// <summary>Where the links in mails lead: section <c>Email</c>. Without an address the mail shows the token alone.</summary>
public sealed record EmailOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Email";

    /// <summary>The front end's page that confirms an address, absolute; the token is added as <c>?token=</c>. Default none.</summary>
    public string? ConfirmUrl { get; init; }

    /// <summary>The front end's page that sets a new password, absolute; the token is added as <c>?token=</c>. Default none.</summary>
    public string? ResetUrl { get; init; }

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IsPage(ConfirmUrl))
            yield return new ValidationResult("Email:ConfirmUrl must be an absolute http or https address.", [nameof(ConfirmUrl)]);
        if (!IsPage(ResetUrl))
            yield return new ValidationResult("Email:ResetUrl must be an absolute http or https address.", [nameof(ResetUrl)]);
    }

    private static bool IsPage(string? url) =>
        string.IsNullOrEmpty(url)
        || (Uri.TryCreate(url, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp));
}
