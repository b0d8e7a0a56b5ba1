using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Completions.Following;
using CleanLlm.Application.Completions.Queries;
using CleanLlm.Application.Completions.Running;
using CleanLlm.Application.Templates;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Ids;
using CleanLlm.WebApi.Authentication;
using CleanLlm.WebApi.Http;
using CleanLlm.WebApi.OpenApi;
using CleanLlm.WebApi.Streaming;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CleanLlm.WebApi.Endpoints;

/// <summary>Metered calls of a model.</summary>
internal static class CompletionEndpoints
{
    // A key that may ask in chats reaches what it asked there, and no other completion.
    private const ApiKeyScopes Starting = ApiKeyScopes.Completions | ApiKeyScopes.ChatsWrite;

    /// <summary>The calls below <c>/completions</c>.</summary>
    public static RouteGroupBuilder MapCompletions(this RouteGroupBuilder api)
    {
        var completions = api.MapGroup("/completions").WithTags("Completions");

        completions.MapPost("", Create)
            .WithName("Completions_Create")
            .AsCompletion()
            .AllowKeys(ApiKeyScopes.Completions)
            .Produces<CompletionDto>()
            .WithEventStream()
            .WithProblems(400, 401, 403, 413, 415, 422, 429, 502, 503, 504)
            .WithSummary("Asks one question outside any chat")
            .WithDescription(
                "Closing the connection does not lose the answer: the completion runs on and can be read by its id, unless `onDisconnect` says "
                + "`cancel`. With a header `Idempotency-Key` the same request makes one completion, however often it is sent within 24 hours.")
            .WithoutBackground();
        completions.MapGet("/{id:guid}", Get)
            .WithName("Completions_Get")
            .AllowKeys(Starting)
            .WithProblems(401, 404, 503)
            .WithSummary("Shows a completion, whatever state it is in");
        completions.MapGet("/{id:guid}/events", Follow)
            .WithName("Completions_Follow")
            .AllowKeys(Starting)
            .Produces<string>(StatusCodes.Status200OK, EventStream.MediaType)
            .WithEventStream()
            .Produces(StatusCodes.Status204NoContent)
            .WithProblems(401, 404, 422, 503)
            .WithSummary("Streams the events of a completion")
            .WithDescription(
                "From the start, or after the event that the header `Last-Event-ID` names, on any instance, while it runs and for ten minutes after. "
                + "Later, or when its instance was lost, the last event tells how it ended, with the whole answer. "
                + "204 when the event named is the last one: nothing comes any more, and an `EventSource` stops asking.");
        completions.MapPost("/{id:guid}/cancel", Cancel)
            .WithName("Completions_Cancel")
            .AllowKeys(Starting)
            .WithProblems(401, 404, 503)
            .WithSummary("Cancels a completion")
            .WithDescription(
                "The call of the model stops within two seconds, on whichever instance it runs; tokens produced until then are charged and their text is kept. "
                + "One that has ended stays as it is.");
        return api;
    }

    private static async Task<IResult> Create(CreateCompletionBody body, IMediator mediator, HttpContext http, CompletionDelivery delivery)
    {
        var complete = new Complete(
            body.Prompt ?? "",
            body.Model,
            body.Temperature,
            body.MaxTokens,
            body.Store,
            body.Cache,
            CompletionDelivery.WantsEvents(http.Request),
            delivery.RepeatOf(body, http.Request))
        {
            Template = TemplateCall.Of(body.TemplateId, body.TemplateVersion, body.Parameters),
        };
        return await delivery.DeliverAsync(await mediator.Send(complete, http.RequestAborted), http, body.OnDisconnect);
    }

    private static async Task<Results<Ok<CompletionDto>, ProblemResult>> Get(Guid id, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new GetCompletion(new CompletionId(id)), ct)).ToOk();

    private static async Task<IResult> Follow(
        Guid id,
        IMediator mediator,
        HttpContext http,
        CompletionDelivery delivery,
        [FromHeader(Name = "Last-Event-ID")] string? lastEventId = null)
    {
        var opened = await mediator.Send(new FollowCompletion(new CompletionId(id), lastEventId, EventStream.LookInterval), http.RequestAborted);
        if (!opened.IsSuccess)
            return opened.Error.ToProblem();
        return opened.Value is { } reader ? await delivery.StreamAsync(reader, http) : TypedResults.NoContent();
    }

    private static async Task<Results<Accepted<CompletionDto>, ProblemResult>> Cancel(Guid id, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new CancelCompletion(new CompletionId(id)), ct)).ToAccepted($"/api/v1/completions/{id}");
}

/// <summary>A question outside any chat.</summary>
/// <param name="Prompt">What is asked; at most 200,000 characters. Absent or empty only where a template is asked by that has values.</param>
/// <param name="Model">The model to ask; absent for the default one.</param>
/// <param name="Temperature">Sampling temperature, 0 to 2; absent for the model's own.</param>
/// <param name="MaxTokens">The longest answer wanted, in tokens; absent for as long as model, plan and quota allow.</param>
/// <param name="Store">Whether prompt and answer are kept; usage always is.</param>
/// <param name="Cache">Whether the answer may come from the cache; absent for yes at temperature 0, unless it is not to be stored.</param>
/// <param name="TemplateId">The template that it is asked by, the caller's own or a shared one; absent for none.</param>
/// <param name="TemplateVersion">Which version of the template; absent for the newest.</param>
/// <param name="Parameters">Values by the names of the template's parameters. The model gets them as data, apart from the template's text.</param>
/// <param name="OnDisconnect">What happens when the connection closes before the end.</param>
internal sealed record CreateCompletionBody(
    string? Prompt = null,
    string? Model = null,
    float? Temperature = null,
    int? MaxTokens = null,
    bool Store = true,
    bool? Cache = null,
    TemplateId? TemplateId = null,
    int? TemplateVersion = null,
    IReadOnlyDictionary<string, string>? Parameters = null,
    OnDisconnect OnDisconnect = OnDisconnect.Continue) : IRequiredBody;
