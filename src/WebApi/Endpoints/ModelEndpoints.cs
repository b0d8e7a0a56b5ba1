using CleanLlm.Application.Models;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.WebApi.Authentication;
using CleanLlm.WebApi.Http;
using CleanLlm.WebApi.OpenApi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CleanLlm.WebApi.Endpoints;

/// <summary>The models that can be asked for.</summary>
internal static class ModelEndpoints
{
    /// <summary>The calls below <c>/models</c>.</summary>
    public static void MapModels(this IEndpointRouteBuilder api) => api.MapGet("/models", List)
        .WithName("Models_List")
        .AllowKeys(ApiKeyScopes.Completions)
        .WithTags("Models")
        .WithProblems(401, 503)
        .WithSummary("Lists the models of the caller's plan")
        .WithDescription("The first one answers when a request names none. Prices are for a million tokens, in the configured currency; `request` is for one call.");

    private static async Task<Results<Ok<IReadOnlyList<ModelDto>>, ProblemResult>> List(IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new ListModels(), ct)).ToOk();
}
