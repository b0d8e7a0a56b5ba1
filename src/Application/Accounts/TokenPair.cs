using CleanLlm.Application.Security;
using CleanLlm.Domain.Sessions;

namespace CleanLlm.Application.Accounts;

/// <summary>What a front end needs to act for a user and to go on doing so.</summary>
/// <param name="AccessToken">A JWT for the <c>Authorization</c> header.</param>
/// <param name="TokenType">Always <c>Bearer</c>.</param>
/// <param name="ExpiresIn">Seconds until the access token stops working.</param>
/// <param name="RefreshToken">Good for one call of <c>/auth/refresh</c>, which gives the next pair.</param>
/// <param name="RefreshTokenExpiresAt">When the refresh token stops working unless it is used before.</param>
public sealed record TokenPair(
    string AccessToken, string TokenType, int ExpiresIn, string RefreshToken, DateTimeOffset RefreshTokenExpiresAt)
{
    internal static TokenPair For(Session session, AccessToken access, SecretToken refresh) =>
        new(access.Value, "Bearer", (int)access.Lifetime.TotalSeconds, refresh.Value, session.TokenExpiresAt);
}
