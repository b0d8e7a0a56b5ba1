using CleanLlm.Application.Completions;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Completions;
using CleanLlm.WebApi.Authentication;
using CleanLlm.WebApi.Http;
using CleanLlm.WebApi.OpenApi;
using CleanLlm.WebApi.Streaming;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CleanLlm.WebApi.Endpoints;

/// <summary>Metered calls of a model.</summary>
internal static class CompletionEndpoints
{
    /// <summary>The calls below <c>/completions</c>.</summary>
    public static RouteGroupBuilder MapCompletions(this RouteGroupBuilder api)
    {
        var completions = api.MapGroup("/completions").WithTags("Completions");

        completions.MapPost("", Create)
            .WithName("Completions_Create")
            .AllowKeys(ApiKeyScopes.Completions)
            .Produces<CompletionDto>()
            .WithEventStream()
            .WithProblems(400, 401, 403, 413, 415, 422, 429, 502, 503, 504)
            .WithSummary("Asks one question outside any chat")
            .WithDescription("Closing the connection does not lose the answer: the completion runs on and can be read by its id.");
        completions.MapGet("/{id:guid}", Get)
            .WithName("Completions_Get")
            .AllowKeys(ApiKeyScopes.Completions)
            .WithProblems(401, 404, 503)
            .WithSummary("Shows a completion, whatever state it is in");
        return api;
    }

    private static async Task<IResult> Create(CreateCompletionBody body, IMediator mediator, HttpContext http, CompletionDelivery delivery)
    {
        var complete = new Complete(body.Prompt, body.Model, body.Temperature, body.MaxTokens, body.Store, body.Cache, CompletionDelivery.WantsEvents(http.Request));
        return await delivery.DeliverAsync(await mediator.Send(complete, http.RequestAborted), http);
    }

    private static async Task<Results<Ok<CompletionDto>, ProblemResult>> Get(Guid id, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new GetCompletion(new CompletionId(id)), ct)).ToOk();
}

/// <summary>A question outside any chat.</summary>
/// <param name="Prompt">What is asked; at most 200,000 characters.</param>
/// <param name="Model">The model to ask; absent for the default one.</param>
/// <param name="Temperature">Sampling temperature, 0 to 2; absent for the model's own.</param>
/// <param name="MaxTokens">The longest answer wanted, in tokens; absent for as long as model, plan and quota allow.</param>
/// <param name="Store">Whether prompt and answer are kept; usage always is.</param>
/// <param name="Cache">Whether the answer may come from the cache; absent for yes at temperature 0, unless it is not to be stored.</param>
internal sealed record CreateCompletionBody(
    string Prompt, string? Model = null, float? Temperature = null, int? MaxTokens = null, bool Store = true, bool? Cache = null);
