using CleanLlm.Application.Settings;

namespace CleanLlm.Infrastructure.Identity.External;

/// <summary>One provider to sign in with: section <c>Auth:External:N</c>.</summary>
internal sealed record ExternalProviderOptions
{
    /// <summary>The section's name; it is a list.</summary>
    public const string Section = "Auth:External";

    /// <summary>Names it in addresses, and in what users have linked: 1 to 32 of <c>a-z</c>, <c>0-9</c> and <c>-</c>, unique. Do not change it.</summary>
    public string Name { get; init; } = "";

    /// <summary>What a person reads on the button. Default: the name.</summary>
    public string? DisplayName { get; init; }

    /// <summary>Which protocol it speaks. Default OpenID Connect.</summary>
    public ExternalProviderKind Kind { get; init; } = ExternalProviderKind.Oidc;

    /// <summary>The address below which an OpenID provider has <c>.well-known/openid-configuration</c>. For OAuth2 only a name for the issuer.</summary>
    public string? Authority { get; init; }

    /// <summary>The exact <c>iss</c> of its ID tokens, where it differs from the authority, if only by a slash.</summary>
    public string? Issuer { get; init; }

    /// <summary>What the provider calls this program.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>The secret of this program at the provider. OpenID Connect outside Production works without.</summary>
    [Secret]
    public string? ClientSecret { get; init; }

    /// <summary>What to ask for. Default for OpenID Connect: openid, email, profile; for OAuth2: nothing.</summary>
    public IList<string> Scopes { get; init; } = [];

    /// <summary>Whether an OpenID provider is asked for what its ID token may not hold, such as the e-mail address. Default true.</summary>
    public bool UserInfo { get; init; } = true;

    /// <summary>OAuth2: where the browser is sent.</summary>
    public string? AuthorizationEndpoint { get; init; }

    /// <summary>OAuth2: where the code is exchanged.</summary>
    public string? TokenEndpoint { get; init; }

    /// <summary>OAuth2: answers a bearer token with a JSON object about its user.</summary>
    public string? UserInformationEndpoint { get; init; }

    /// <summary>OAuth2: answers with a list of <c>{email, primary, verified}</c>, as GitHub's <c>/user/emails</c>. Default none.</summary>
    public string? UserEmailsEndpoint { get; init; }

    /// <summary>The permanent name of the user. Default <c>sub</c>; GitHub's is <c>id</c>. OpenID Connect has no other than <c>sub</c>.</summary>
    public string SubjectClaim { get; init; } = "sub";

    /// <summary>The member that holds the e-mail address. Default <c>email</c>.</summary>
    public string EmailClaim { get; init; } = "email";

    /// <summary>The member that says whether the address was proved. Default <c>email_verified</c>.</summary>
    public string EmailVerifiedClaim { get; init; } = "email_verified";

    /// <summary>The member that holds the display name. Default <c>name</c>.</summary>
    public string NameClaim { get; init; } = "name";

    /// <summary>The name of its authentication scheme; the colon keeps it apart from the others.</summary>
    public string Scheme => SchemeOf(Name);

    /// <summary>What is stored as the issuer of its identities.</summary>
    public string ExpectedIssuer => this switch
    {
        { Issuer.Length: > 0 } => Issuer,
        { Authority.Length: > 0 } => Authority,
        _ => new Uri(AuthorizationEndpoint!).GetLeftPart(UriPartial.Authority),
    };

    /// <summary>The path that the provider sends the browser back to.</summary>
    public string CallbackPath => $"/api/v1/auth/external/{Name}/callback";

    // A record would print the secret.
    public override string ToString() => Name;

    private static string SchemeOf(string name) => $"external:{name}";
}

/// <summary>What a provider speaks.</summary>
internal enum ExternalProviderKind
{
    /// <summary>OpenID Connect Core 1.0: Google, Entra, Keycloak and most others.</summary>
    Oidc,

    /// <summary>OAuth 2.0 with an endpoint that tells about the user: GitHub.</summary>
    OAuth2,
}
