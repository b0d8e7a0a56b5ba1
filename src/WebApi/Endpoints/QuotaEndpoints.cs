using CleanLlm.Application.Quotas;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.WebApi.Authentication;
using CleanLlm.WebApi.Http;
using CleanLlm.WebApi.OpenApi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CleanLlm.WebApi.Endpoints;

/// <summary>What the caller may spend, and has spent.</summary>
internal static class QuotaEndpoints
{
    /// <summary>The calls below <c>/users/me</c> that are about money.</summary>
    public static RouteGroupBuilder MapQuota(this RouteGroupBuilder api)
    {
        var own = api.MapGroup("/users/me").WithTags("Users");

        own.MapGet("/quota", Get)
            .WithName("Users_GetQuota")
            .AllowKeys(ApiKeyScopes.UsageRead)
            .WithProblems(401, 503)
            .WithSummary("Shows how far the caller's limits are used");
        return api;
    }

    private static async Task<Results<Ok<QuotaStatusDto>, ProblemResult>> Get(IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new GetQuota(), ct)).ToOk();
}
