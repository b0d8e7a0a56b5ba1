using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Users;

namespace CleanLlm.Application.Accounts;

/// <summary>Makes access tokens (RFC 9068).</summary>
public interface ITokenIssuer
{
    /// <summary>A signed token that names the user, their role and the session it belongs to.</summary>
    ValueTask<AccessToken> IssueAsync(User user, SessionId session, CancellationToken ct);
}

/// <summary>A signed access token.</summary>
/// <param name="Value">The compact JWT.</param>
/// <param name="Lifetime">How long it works from now.</param>
public sealed record AccessToken(string Value, TimeSpan Lifetime);
