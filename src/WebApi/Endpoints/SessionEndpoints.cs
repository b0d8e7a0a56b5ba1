using CleanLlm.Application.Accounts;
using CleanLlm.Domain.Ids;
using CleanLlm.WebApi.Http;
using CleanLlm.WebApi.OpenApi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CleanLlm.WebApi.Endpoints;

/// <summary>Where the caller is signed in.</summary>
internal static class SessionEndpoints
{
    /// <summary>The calls below <c>/auth/sessions</c>.</summary>
    public static RouteGroupBuilder MapSessions(this RouteGroupBuilder api)
    {
        var sessions = api.MapGroup("/auth/sessions").WithTags("Auth");

        sessions.MapGet("", List)
            .WithName("Auth_ListSessions")
            .WithProblems(401, 403, 503)
            .WithSummary("Lists the devices that are signed in, last used first");
        sessions.MapDelete("/{id:guid}", Revoke)
            .WithName("Auth_RevokeSession")
            .WithProblems(401, 403, 404, 503)
            .WithSummary("Signs a device out")
            .WithDescription("Its tokens and open streams end within five seconds, on every instance.");
        sessions.MapDelete("", RevokeAll)
            .WithName("Auth_RevokeAllSessions")
            .WithProblems(401, 403, 503)
            .WithSummary("Signs all devices out, the one that asks included");
        return api;
    }

    private static async Task<Results<Ok<IReadOnlyList<SessionDto>>, ProblemResult>> List(IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new ListSessions(), ct)).ToOk();

    private static async Task<Results<NoContent, ProblemResult>> Revoke(Guid id, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new RevokeSession(new SessionId(id)), ct)).ToNoContent();

    private static async Task<Results<NoContent, ProblemResult>> RevokeAll(IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new RevokeAllSessions(), ct)).ToNoContent();
}
