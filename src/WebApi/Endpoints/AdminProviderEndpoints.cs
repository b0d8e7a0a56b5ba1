using CleanLlm.Application.Administration;
using CleanLlm.Application.Ai;
using CleanLlm.WebApi.Http;
using CleanLlm.WebApi.OpenApi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CleanLlm.WebApi.Endpoints;

/// <summary>The AI providers.</summary>
internal static class AdminProviderEndpoints
{
    /// <summary>The calls below <c>/admin/providers</c>.</summary>
    public static void MapAdminProviders(this RouteGroupBuilder admin) => admin.MapGet("/providers", List)
        .WithName("Admin_ListProviders")
        .WithProblems(401, 403, 503)
        .WithSummary("Lists the AI providers: state, calls under way, failures and latency")
        .WithDescription(
            "As the instance that answers sees them, since its start: each instance has breakers and counts of its own. Those that are asked "
            + "first come first. The window holds at most the last 2,048 calls of each.");

    private static async Task<Results<Ok<IReadOnlyList<ProviderDto>>, ProblemResult>> List(IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new ListProviders(), ct)).ToOk();
}
