using CleanLlm.Application.Quotas;
using CleanLlm.Application.Usage;
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
    /// <summary>How reports of usage are asked for.</summary>
    public const string UsageDescription =
        "From the ledger: `from` is the beginning of the calendar month and `to` is now unless given; at most 366 days. `by` is `day` unless given. "
        + "`Accept: text/csv` answers the lines as CSV with a header line, without the total. Not available yet, 422 `feature.not_available`: "
        + "`by=key` and `by=tag`.";

    /// <summary>The calls below <c>/users/me</c> that are about money.</summary>
    public static RouteGroupBuilder MapQuota(this RouteGroupBuilder api)
    {
        var own = api.MapGroup("/users/me").WithTags("Users");

        own.MapGet("/quota", Get)
            .WithName("Users_GetQuota")
            .AllowKeys(ApiKeyScopes.UsageRead)
            .WithProblems(401, 503)
            .WithSummary("Shows how far the caller's limits are used");
        own.MapGet("/usage", GetUsage)
            .WithName("Users_GetUsage")
            .AllowKeys(ApiKeyScopes.UsageRead)
            .WithProblems(400, 401, 403, 422, 503)
            .WithSummary("Shows what the caller used, by day or by model")
            .WithDescription(UsageDescription);
        return api;
    }

    private static async Task<Results<Ok<QuotaStatusDto>, ProblemResult>> Get(IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new GetQuota(), ct)).ToOk();

    private static async Task<Results<UsageAnswer, ProblemResult>> GetUsage(
        IMediator mediator, DateTimeOffset? from, DateTimeOffset? to, string? by, CancellationToken ct) =>
        await UsageAnswer.ForAsync(by, grouping => mediator.Send(new GetUsage(from, to, grouping), ct));
}
