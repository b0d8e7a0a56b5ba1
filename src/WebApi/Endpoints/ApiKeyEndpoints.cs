using CleanLlm.Application.ApiKeys;
using CleanLlm.Domain.Ids;
using CleanLlm.WebApi.Http;
using CleanLlm.WebApi.OpenApi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CleanLlm.WebApi.Endpoints;

/// <summary>Credentials for programs.</summary>
internal static class ApiKeyEndpoints
{
    /// <summary>The calls below <c>/api-keys</c>; a key cannot make or change keys.</summary>
    public static RouteGroupBuilder MapApiKeys(this RouteGroupBuilder api)
    {
        var keys = api.MapGroup("/api-keys").WithTags("ApiKeys");

        keys.MapGet("", List)
            .WithName("ApiKeys_List")
            .WithProblems(401, 403, 503)
            .WithSummary("Lists the caller's API keys, newest first");
        keys.MapPost("", Create)
            .WithName("ApiKeys_Create")
            .AsCostly()
            .WithProblems(400, 401, 403, 409, 413, 415, 422, 503)
            .WithSummary("Makes an API key")
            .WithDescription("The answer shows `key` this once. Absent `scopes` mean all: `completions`, `chats:read`, `chats:write`, `usage:read`.");
        keys.MapPost("/{id:guid}/rotate", Rotate)
            .WithName("ApiKeys_Rotate")
            .AsCostly()
            .WithProblems(400, 401, 403, 404, 413, 415, 422, 503)
            .WithSummary("Gives an API key a new secret")
            .WithDescription("The former secret works on for `overlapSeconds`, at most a week; absent or 0 stops it at once.");
        keys.MapDelete("/{id:guid}", Delete)
            .WithName("ApiKeys_Delete")
            .WithProblems(401, 403, 404, 503)
            .WithSummary("Revokes an API key");
        return api;
    }

    private static async Task<Results<Ok<IReadOnlyList<ApiKeyDto>>, ProblemResult>> List(IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new ListApiKeys(), ct)).ToOk();

    private static async Task<Results<Created<ApiKeyRevealed>, ProblemResult>> Create(CreateApiKeyBody body, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new CreateApiKey(body.Name, body.Scopes, body.ExpiresAt, body.MonthlyTokenLimit), ct)).ToCreated(_ => "/api/v1/api-keys");

    private static async Task<Results<Ok<ApiKeyRevealed>, ProblemResult>> Rotate(
        Guid id, RotateApiKeyBody? body, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new RotateApiKey(new ApiKeyId(id), body?.OverlapSeconds ?? 0), ct)).ToOk();

    private static async Task<Results<NoContent, ProblemResult>> Delete(Guid id, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new DeleteApiKey(new ApiKeyId(id)), ct)).ToNoContent();
}

/// <summary>A new API key.</summary>
/// <param name="Name">What its owner calls it; at most 100 characters.</param>
/// <param name="Scopes">What it may be used for; absent means everything a key can.</param>
/// <param name="ExpiresAt">When it stops working; absent for never.</param>
/// <param name="MonthlyTokenLimit">The most tokens it may use in a calendar month (UTC), within its owner's quota; absent for no limit of its own.</param>
internal sealed record CreateApiKeyBody(
    string Name, IReadOnlyList<string>? Scopes = null, DateTimeOffset? ExpiresAt = null, long? MonthlyTokenLimit = null);

/// <summary>A rotation.</summary>
/// <param name="OverlapSeconds">How long the former secret works on, 0 to 604,800; absent stops it at once.</param>
internal sealed record RotateApiKeyBody(int OverlapSeconds = 0);
