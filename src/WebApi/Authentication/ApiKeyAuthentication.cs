using System.Security.Claims;
using System.Text.Encodings.Web;
using CleanLlm.Application.Callers;
using CleanLlm.Domain.Users;
using CleanLlm.WebApi.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;

namespace CleanLlm.WebApi.Authentication;

/// <summary>Knows callers by their API key (<see cref="ShownCredential"/>). They get no role: what a key may do, its scopes say.</summary>
internal sealed class ApiKeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, IApiKeyAuthenticator keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The name of the scheme.</summary>
    public const string SchemeName = "ApiKey";

    /// <summary>The scheme for a request with an API key, or with two credentials that differ; null for any other.</summary>
    public static string? Select(HttpContext http) => ShownCredential.Of(http.Request) is { ApiKey: null, IsContradictory: false } ? null : SchemeName;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (ShownCredential.Of(Request).ApiKey is not { } key)
            return AuthenticateResult.NoResult();

        if (await keys.AuthenticateAsync(key, Context.RequestAborted) is not { } access)
            return AuthenticateResult.Fail("Not a key that works.");

        Context.Features.Set(access);
        var identity = new ClaimsIdentity([new Claim(JwtRegisteredClaimNames.Sub, access.Owner.ToString())], SchemeName);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
        return ShownCredential.Of(Request).IsContradictory ? AuthErrors.TwoCredentials.ToProblem().ExecuteAsync(Context) : Task.CompletedTask;
    }
}
