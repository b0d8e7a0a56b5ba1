using CleanLlm.Application.Accounts;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Users;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace CleanLlm.Infrastructure.Identity;

/// <summary>Signs access tokens with the newest key.</summary>
internal sealed class AccessTokenIssuer(SigningKeyRing keys, IOptions<AuthOptions> options, TimeProvider clock) : ITokenIssuer
{
    /// <summary>The <c>typ</c> of access tokens, so that no other JWT of ours passes for one (RFC 9068, 2.1).</summary>
    public const string TokenType = "at+jwt";

    /// <summary>The claim that holds the role, in camelCase.</summary>
    public const string RoleClaim = "role";

    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>A role as claims and policies name it.</summary>
    public static string NameOf(UserRole role) => role == UserRole.Admin ? "admin" : "user";

    public async ValueTask<AccessToken> IssueAsync(User user, SessionId session, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var lifetime = TimeSpan.FromMinutes(options.Value.AccessTokenMinutes);
        var jwt = Handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = TokenType,
            Issuer = options.Value.Issuer,
            Audience = options.Value.Audience,
            IssuedAt = now.UtcDateTime,
            Expires = (now + lifetime).UtcDateTime,
            SigningCredentials = (await keys.GetAsync(ct)).SignerAt(now),
            Claims = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                [JwtRegisteredClaimNames.Sub] = user.Id.ToString(),
                [JwtRegisteredClaimNames.Sid] = session.ToString(),
                [JwtRegisteredClaimNames.Jti] = Guid.CreateVersion7(now).ToString(),
                [RoleClaim] = NameOf(user.Role),
            },
        });
        return new AccessToken(jwt, lifetime);
    }
}
