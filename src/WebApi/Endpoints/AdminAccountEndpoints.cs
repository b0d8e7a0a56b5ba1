using CleanLlm.Application.Accounts;
using CleanLlm.Application.Administration;
using CleanLlm.Application.ApiKeys;
using CleanLlm.Domain.Ids;
using CleanLlm.WebApi.Http;
using CleanLlm.WebApi.OpenApi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CleanLlm.WebApi.Endpoints;

/// <summary>What other users sign in with, as admins see it and take it away.</summary>
internal static class AdminAccountEndpoints
{
    /// <summary>The calls below <c>/admin/users/{id}</c> that are about sessions, API keys and the second factor.</summary>
    public static void MapAdminAccounts(this RouteGroupBuilder admin)
    {
        admin.MapGet("/users/{id:guid}/sessions", ListSessions)
            .WithName("Admin_ListUserSessions")
            .WithProblems(401, 403, 404, 503)
            .WithSummary("Lists the devices that a user is signed in on, last used first");
        admin.MapDelete("/users/{id:guid}/sessions/{sessionId:guid}", RevokeSession)
            .WithName("Admin_RevokeUserSession")
            .WithProblems(401, 403, 404, 503)
            .WithSummary("Signs one of a user's devices out")
            .WithDescription("Its tokens and open streams end within five seconds, on every instance.");
        admin.MapDelete("/users/{id:guid}/sessions", RevokeSessions)
            .WithName("Admin_RevokeUserSessions")
            .WithProblems(401, 403, 404, 503)
            .WithSummary("Signs all of a user's devices out")
            .WithDescription("Their tokens and open streams end within five seconds, on every instance. API keys go on; disable the user to stop those too.");
        admin.MapGet("/users/{id:guid}/api-keys", ListKeys)
            .WithName("Admin_ListUserApiKeys")
            .WithProblems(401, 403, 404, 503)
            .WithSummary("Lists a user's API keys, newest first, without their secrets");
        admin.MapDelete("/users/{id:guid}/api-keys/{keyId:guid}", RevokeKey)
            .WithName("Admin_RevokeUserApiKey")
            .WithProblems(401, 403, 404, 503)
            .WithSummary("Revokes one of a user's API keys");
        admin.MapDelete("/users/{id:guid}/two-factor", ResetTwoFactor)
            .WithName("Admin_ResetUserTwoFactor")
            .WithProblems(401, 403, 404, 409, 503)
            .WithSummary("Removes a user's second factor")
            .WithDescription(
                "For a user who lost the device and the recovery codes: make sure by another way that it is the user who asks. All sessions of the user "
                + "end, and the user gets a mail. 409 `auth.two_factor_not_set_up` when it is not on, 409 `admin.self_change` for the admin who asks.");
    }

    private static async Task<Results<Ok<IReadOnlyList<SessionDto>>, ProblemResult>> ListSessions(Guid id, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new ListUserSessions(new UserId(id)), ct)).ToOk();

    private static async Task<Results<NoContent, ProblemResult>> RevokeSession(Guid id, Guid sessionId, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new RevokeUserSession(new UserId(id), new SessionId(sessionId)), ct)).ToNoContent();

    private static async Task<Results<NoContent, ProblemResult>> RevokeSessions(Guid id, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new RevokeUserSessions(new UserId(id)), ct)).ToNoContent();

    private static async Task<Results<Ok<IReadOnlyList<ApiKeyDto>>, ProblemResult>> ListKeys(Guid id, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new ListUserApiKeys(new UserId(id)), ct)).ToOk();

    private static async Task<Results<NoContent, ProblemResult>> RevokeKey(Guid id, Guid keyId, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new RevokeUserApiKey(new UserId(id), new ApiKeyId(keyId)), ct)).ToNoContent();

    private static async Task<Results<NoContent, ProblemResult>> ResetTwoFactor(Guid id, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new ResetTwoFactor(new UserId(id)), ct)).ToNoContent();
}
