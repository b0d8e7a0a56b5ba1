using CleanLlm.Application.Accounts;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace CleanLlm.Infrastructure.Identity;

/// <summary>
/// What an access token must be to count (RFC 8725): our type, algorithm, issuer and audience, in its time,
/// and signed by a key of ours; keys inside a token or behind its links are never looked at.
/// </summary>
internal sealed class AccessTokenValidation(SigningKeyRing keys, IOptions<AuthOptions> auth, TimeProvider clock)
    : IConfigureNamedOptions<JwtBearerOptions>
{
    /// <summary>How far the clocks of two instances may be apart.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    public void Configure(JwtBearerOptions options) => Configure(JwtBearerDefaults.AuthenticationScheme, options);

    public void Configure(string? name, JwtBearerOptions options)
    {
        if (name != JwtBearerDefaults.AuthenticationScheme)
            return;

        options.MapInboundClaims = false;
        options.SaveToken = false;
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

    private bool IsInTime(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return expires > now - ClockSkew && (notBefore is null || notBefore <= now + ClockSkew);
    }
}
