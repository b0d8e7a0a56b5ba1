using System.Text.Json;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Application.Security;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Sessions;
using CleanLlm.Domain.Users;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Accounts;

/// <summary>The end of every way to sign in: a session, its first tokens, and a line in the audit log.</summary>
internal sealed class SessionOpening(
    ISessionRepository sessions,
    IAuditTrail audit,
    ITokenIssuer issuer,
    ICurrentClient current,
    IOptions<AuthOptions> options,
    TimeProvider clock)
{
    /// <param name="user">The user, after proof of identity.</param>
    /// <param name="method">How, for the audit log.</param>
    /// <param name="ct">Cancels the work.</param>
    /// <returns>The tokens; or <see cref="AuthErrors.InvalidCredentials"/>, with nothing stored, when the account ended meanwhile.</returns>
    public async Task<Result<TokenPair>> OpenAsync(User user, string method, CancellationToken ct)
    {
        var refresh = SecretToken.New();
        var now = clock.GetUtcNow();
        var session = Session.Open(user.Id, current.Client, refresh.Hash, options.Value.SessionLifetime, now);
        user.SignIn(now);
        audit.Add(new AuditEvent(
            AuditActions.SignedIn, user.Id.Value, user.Id.Value, JsonSerializer.Serialize(new { method, address = session.Address, device = session.Device })));
        if (!await sessions.AddAsync(session, user, ct))
            return AuthErrors.InvalidCredentials;

        // The session is stored: the caller has to learn of it, to end it where it must not stay.
        return TokenPair.For(session, await issuer.IssueAsync(user, session.Id, CancellationToken.None), refresh);
    }
}
