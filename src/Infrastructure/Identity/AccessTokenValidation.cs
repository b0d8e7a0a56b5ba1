using System.Runtime.ExceptionServices;
using System.Security.Claims;
using CleanLlm.Application.Accounts;
using CleanLlm.Application.Callers;
using CleanLlm.Domain.Ids;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace CleanLlm.Infrastructure.Identity;

/// <summary>
/// What an access token must be to count (RFC 8725): our type, algorithm, issuer and audience, in its time,
/// and signed by a key of ours; keys inside a token or behind its links are never looked at.
/// </summary>
internal sealed class AccessTokenValidation(SigningKeyRing keys, VerifiedTokens tokens, IOptions<AuthOptions> auth, TimeProvider clock)
    : IConfigureNamedOptions<JwtBearerOptions>
{
    /// <summary>How far the clocks of two instances may be apart.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    private const string CriticalHeader = "crit";

    public void Configure(JwtBearerOptions options) => Configure(JwtBearerDefaults.AuthenticationScheme, options);

    public void Configure(string? name, JwtBearerOptions options)
    {
        if (name != JwtBearerDefaults.AuthenticationScheme)
            return;

        tokens.MapInboundClaims = false;
        options.TokenHandlers.Clear();
        options.TokenHandlers.Add(tokens);
        options.SaveToken = false;
        options.Events = new JwtBearerEvents { OnTokenValidated = CheckSessionAsync, OnAuthenticationFailed = TellFaults };
        options.TokenValidationParameters = new TokenValidationParameters
        {
            ConfigurationManager = keys,
            TryAllIssuerSigningKeys = false,
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
            ValidTypes = [AccessTokenIssuer.TokenType],
            ValidIssuer = auth.Value.Issuer,
            ValidAudience = auth.Value.Audience,
            LifetimeValidator = IsInTime,
            NameClaimType = JwtRegisteredClaimNames.Sub,
            RoleClaimType = AccessTokenIssuer.RoleClaim,
        };
    }

    // A token names its user as of its making; their rights are the present ones.
    private static async Task CheckSessionAsync(TokenValidatedContext context)
    {
        // We put nothing in the header that has to be understood, so whatever is marked so is not ours (RFC 7515, 4.1.11).
        if (((JsonWebToken)context.SecurityToken).TryGetHeaderValue<object>(CriticalHeader, out _))
        {
            context.Fail("The token has a critical header.");
            return;
        }

        var identity = (ClaimsIdentity)context.Principal!.Identity!;
        var access = context.HttpContext.RequestServices.GetRequiredService<IAccessStates>();
        if (!Guid.TryParse(identity.FindFirst(JwtRegisteredClaimNames.Sid)?.Value, out var session)
            || await access.OfSessionAsync(new SessionId(session), context.HttpContext.RequestAborted) is not { } state
            || identity.FindFirst(JwtRegisteredClaimNames.Sub)?.Value != state.UserId.ToString())
        {
            context.Fail("The session of this token is over.");
            return;
        }

        if (identity.FindFirst(AccessTokenIssuer.RoleClaim) is { } former)
            identity.TryRemoveClaim(former);
        identity.AddClaim(new Claim(AccessTokenIssuer.RoleClaim, AccessTokenIssuer.NameOf(state.Role)));
    }

    // Without keys nothing can be said of a token: that is a fault of ours, and no refusal of the token.
    private static Task TellFaults(AuthenticationFailedContext context)
    {
        if (context.Exception is SigningKeysUnavailableException { InnerException: { } fault })
            ExceptionDispatchInfo.Throw(fault);
        return Task.CompletedTask;
    }

    private bool IsInTime(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return expires > now - ClockSkew && (notBefore is null || notBefore <= now + ClockSkew);
    }
}
