using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Identity.External;

/// <summary>The framework's OAuth 2.0 handler for providers that have no ID tokens: code with PKCE and state, then a question about the user.</summary>
internal sealed class OAuth2Setup(IOptions<ExternalSignInOptions> external) : IConfigureNamedOptions<OAuthOptions>
{
    public void Configure(OAuthOptions options)
    {
    }

    public void Configure(string? name, OAuthOptions options)
    {
        if (external.Value.External.FirstOrDefault(known => known.Scheme == name) is not { Kind: ExternalProviderKind.OAuth2 } provider)
            return;

        options.AuthorizationEndpoint = provider.AuthorizationEndpoint!;
        options.TokenEndpoint = provider.TokenEndpoint!;
        options.UserInformationEndpoint = provider.UserInformationEndpoint!;
        options.ClientId = provider.ClientId;
        options.ClientSecret = provider.ClientSecret!;
        options.ClaimsIssuer = provider.ExpectedIssuer;
        options.Backchannel = BackChannel.Open();
        options.BackchannelTimeout = options.Backchannel.Timeout;
        options.UsePkce = true;
        options.SaveTokens = false;
        options.EventsType = typeof(OAuth2Outcome);
        options.CallbackPath = provider.CallbackPath;
        SignInCookies.Harden(options);

        foreach (var scope in provider.Scopes)
            options.Scope.Add(scope);
        foreach (var claim in new[] { provider.SubjectClaim, provider.EmailClaim, provider.EmailVerifiedClaim, provider.NameClaim })
            options.ClaimActions.MapJsonKey(claim, claim);
    }
}
