using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace CleanLlm.Infrastructure.Identity.External;

/// <summary>
/// The framework's OpenID Connect handler as RFC 9700 wants it: authorization code with PKCE, state and nonce; an ID token counts
/// only with an asymmetric signature of the provider's own keys, the exact issuer and us as its audience.
/// </summary>
internal sealed class OpenIdConnectSetup(IOptions<ExternalSignInOptions> external, IHostEnvironment environment, TimeProvider clock)
    : IConfigureNamedOptions<OpenIdConnectOptions>
{
    private static readonly string[] DefaultScopes = ["openid", "email", "profile"];

    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    public void Configure(OpenIdConnectOptions options)
    {
    }

    public void Configure(string? name, OpenIdConnectOptions options)
    {
        if (external.Value.External.FirstOrDefault(known => known.Scheme == name) is not { Kind: ExternalProviderKind.Oidc } provider)
            return;

        options.Authority = provider.Authority;
        options.ClientId = provider.ClientId;
        options.ClientSecret = provider.ClientSecret;
        options.RequireHttpsMetadata = !EndpointRule.Allows(provider.Authority, environment)
            || new Uri(provider.Authority!).Scheme == Uri.UriSchemeHttps;
        options.Backchannel = BackChannel.Open();
        options.BackchannelTimeout = options.Backchannel.Timeout;

        options.ResponseType = OpenIdConnectResponseType.Code;
        // The answer comes by a redirect, which carries cookies that are Lax; a form of another site would need weaker ones.
        options.ResponseMode = OpenIdConnectResponseMode.Query;
        options.UsePkce = true;
        options.PushedAuthorizationBehavior = PushedAuthorizationBehavior.Disable;
        options.MapInboundClaims = false;
        options.TokenHandler = new SignedTokens();
        options.SaveTokens = false;
        options.GetClaimsFromUserInfoEndpoint = provider.UserInfo;
        options.EventsType = typeof(OpenIdConnectOutcome);
        options.CallbackPath = provider.CallbackPath;
        // There is no session of ours at the provider to end.
        options.RemoteSignOutPath = options.SignedOutCallbackPath = PathString.Empty;
        SignInCookies.Harden(options, options.NonceCookie);

        options.Scope.Clear();
        foreach (var scope in provider.Scopes.Count > 0 ? provider.Scopes.Prepend(DefaultScopes[0]).Distinct(StringComparer.Ordinal) : DefaultScopes)
            options.Scope.Add(scope);
        options.ClaimActions.Clear();
        foreach (var claim in new[] { provider.EmailClaim, provider.EmailVerifiedClaim, provider.NameClaim })
            options.ClaimActions.MapJsonKey(ExternalClaims.FromUserInfo(claim), claim);

        options.TokenValidationParameters = Validation(provider);
        options.ProtocolValidator = new OpenIdConnectProtocolValidator
        {
            RequireNonce = true,
            RequireSub = true,
            RequireState = false, // The handler unprotects it and compares it with the browser's cookie.
            RequireStateValidation = false,
            NonceLifetime = SignInCookies.Lifetime,
        };
    }

    private TokenValidationParameters Validation(ExternalProviderOptions provider) => new()
    {
        ValidAlgorithms = Algorithms,
        RequireExpirationTime = true,
        TryAllIssuerSigningKeys = false,
        ValidAudience = provider.ClientId,
        // What the provider's own document says of its issuer is not enough.
        IssuerValidator = (issuer, _, _) => issuer == provider.ExpectedIssuer
            ? issuer
            : throw new SecurityTokenInvalidIssuerException("The issuer is another one."),
        AudienceValidator = (audiences, _, _) => audiences.Contains(provider.ClientId, StringComparer.Ordinal),
        LifetimeValidator = (notBefore, expires, _, _) =>
        {
            var now = clock.GetUtcNow().UtcDateTime;
            return expires > now - SignInCookies.ClockSkew && (notBefore is null || notBefore <= now + SignInCookies.ClockSkew);
        },
        NameClaimType = "sub",
    };
}
