using CleanLlm.Application.Administration;
using CleanLlm.WebApi.Http;
using CleanLlm.WebApi.OpenApi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CleanLlm.WebApi.Endpoints;

/// <summary>The response cache as admins see it.</summary>
internal static class AdminCacheEndpoints
{
    /// <summary>The call <c>/admin/cache</c>.</summary>
    public static void MapAdminCache(this RouteGroupBuilder admin) =>
        admin.MapDelete("/cache", Clear)
            .WithName("Admin_ClearCache")
            .WithProblems(401, 403, 503)
            .WithSummary("Empties the response cache on every instance")
            .WithDescription("503 `dependency.unavailable` when Redis is away: then nothing was forgotten.");

    private static async Task<Results<NoContent, ProblemResult>> Clear(IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new ClearCache(), ct)).ToNoContent();
}
