namespace CleanLlm.Infrastructure.Identity.External;

/// <summary>Signing in elsewhere: the keys <c>External</c> and <c>ReturnUrls</c> of the section <c>Auth</c>.</summary>
internal sealed record ExternalSignInOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Auth";

    /// <summary>The providers. Default none.</summary>
    public IList<ExternalProviderOptions> External { get; init; } = [];

    /// <summary>Where browsers may be sent back to: absolute addresses without query and fragment, compared as text. Default nowhere.</summary>
    public IList<string> ReturnUrls { get; init; } = [];
}
