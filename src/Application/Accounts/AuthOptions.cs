using System.ComponentModel.DataAnnotations;
using CleanLlm.Domain.Sessions;

namespace CleanLlm.Application.Accounts;

/// <summary>Access and refresh tokens: section <c>Auth</c>.</summary>
public sealed record AuthOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Auth";

    /// <summary>The <c>iss</c> of access tokens. Default <c>cleanllm</c>.</summary>
    [Required]
    public string Issuer { get; init; } = "cleanllm";

    /// <summary>The <c>aud</c> of access tokens. Default <c>cleanllm</c>.</summary>
    [Required]
    public string Audience { get; init; } = "cleanllm";

    /// <summary>Life of an access token in minutes, 1 to 60. Default 15.</summary>
    [Range(1, 60)]
    public int AccessTokenMinutes { get; init; } = 15;

    /// <summary>Days until a session ends, however often it is used, 1 to 365. Default 30.</summary>
    [Range(1, 365)]
    public int RefreshTokenDays { get; init; } = 30;

    /// <summary>Days until an unused session ends, 1 to <see cref="RefreshTokenDays"/>. Default 14.</summary>
    [Range(1, 365)]
    public int RefreshTokenIdleDays { get; init; } = 14;

    /// <summary>
    /// Seconds in which a spent refresh token gives the same successor again, as long as that is unused: an answer may be lost on
    /// its way. 0 is strict, a spent token always ends its session. Default 10, at most 60.
    /// </summary>
    [Range(0, 60)]
    public int RefreshRetrySeconds { get; init; } = 10;

    /// <summary>Days until another key signs access tokens, 1 to 365. Default 30.</summary>
    [Range(1, 365)]
    public int SigningKeyDays { get; init; } = 30;

    /// <summary>
    /// Minutes in which a new signing key is published before it signs, so that all copies of our public keys have it by then;
    /// 10 to 1,440. Default 60.
    /// </summary>
    [Range(10, 1_440)]
    public int SigningKeyLeadMinutes { get; init; } = 60;

    /// <summary>Whether signing in waits until the address was confirmed by mail. Default false.</summary>
    public bool RequireConfirmedEmail { get; init; }

    /// <summary>What authenticator apps call us. Default <c>CleanLlm</c>.</summary>
    [Required]
    [RegularExpression("[^:]+", ErrorMessage = "must not hold a colon.")]
    public string TwoFactorIssuer { get; init; } = "CleanLlm";

    /// <summary>The limits of a session as the domain takes them.</summary>
    public SessionLifetime SessionLifetime => new(
        TimeSpan.FromDays(RefreshTokenDays), TimeSpan.FromDays(RefreshTokenIdleDays), TimeSpan.FromSeconds(RefreshRetrySeconds));

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (RefreshTokenIdleDays > RefreshTokenDays)
            yield return new ValidationResult("Auth:RefreshTokenIdleDays must not exceed Auth:RefreshTokenDays.", [nameof(RefreshTokenIdleDays)]);
    }
}
