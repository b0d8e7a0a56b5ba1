using System.Security.Claims;
using System.Text.Encodings.Web;
using CleanLlm.Application.ApiKeys;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;

namespace CleanLlm.WebApi.Authentication;

/// <summary>Knows callers by <c>Authorization: Bearer clk_…</c>. They get no role: what a key may do, its scopes say.</summary>
internal sealed class ApiKeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, IApiKeyAuthenticator keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The name of the scheme.</summary>
    public const string SchemeName = "ApiKey";

    private const string Bearer = "Bearer ";

    /// <summary>The scheme for a request with an API key; null for any other.</summary>
    public static string? Select(HttpContext http) => IsKey(http.Request.Headers.Authorization) ? SchemeName : null;

    /// <summary>The key that a request of this scheme carries.</summary>
    public static string KeyOf(HttpRequest request) => request.Headers.Authorization.ToString()[Bearer.Length..].Trim();

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!IsKey(Request.Headers.Authorization))
            return AuthenticateResult.NoResult();

        if (await keys.AuthenticateAsync(KeyOf(Request), Context.RequestAborted) is not { } access)
            return AuthenticateResult.Fail("Not a key that works.");

        Context.Features.Set(access);
        var identity = new ClaimsIdentity([new Claim(JwtRegisteredClaimNames.Sub, access.Owner.ToString())], SchemeName);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
        return Task.CompletedTask;
    }

    private static bool IsKey(string? header) =>
        header is not null
        && header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
        && header.AsSpan(Bearer.Length).TrimStart().StartsWith(ApiKeySecret.Prefix, StringComparison.Ordinal);
}
