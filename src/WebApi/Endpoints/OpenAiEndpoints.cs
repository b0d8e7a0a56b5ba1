using System.Text.Json;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Models;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Completions;
using CleanLlm.WebApi.Authentication;
using CleanLlm.WebApi.Http;
using CleanLlm.WebApi.OpenAi;
using CleanLlm.WebApi.Streaming;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace CleanLlm.WebApi.Endpoints;

/// <summary>
/// What clients of OpenAI's API call, with an API key or an access token (docs/openai.md). The OpenAPI document leaves it out: its callers
/// have clients of their own.
/// </summary>
internal static class OpenAiEndpoints
{
    // Three seconds: OpenAI's clients retry what fails by its status. Longer would be too long for a credential that has just been revoked.
    private const int SilencesBeforeFirstPiece = 2;

    /// <summary>The calls below <c>/v1</c>.</summary>
    public static void MapOpenAi(this IEndpointRouteBuilder app)
    {
        var size = new BodyLimit(app.ServiceProvider.GetRequiredService<IOptions<OpenAiOptions>>().Value.MaxBodyBytes);
        var v1 = app.MapGroup("/v1").RequireAuthorization().AllowKeys(ApiKeyScopes.Completions).ExcludeFromDescription();
        v1.MapPost("/chat/completions", Complete).WithName("OpenAi_Complete").AsCompletion().WithMetadata(size);
        v1.MapPost("/embeddings", Embed).WithName("OpenAi_Embed").AsCompletion().WithMetadata(size);
        v1.MapGet("/models", ListModels).WithName("OpenAi_ListModels");
        v1.MapGet("/models/{**id}", GetModel).WithName("OpenAi_GetModel");
    }

    private static async Task<IResult> Complete(
        IMediator mediator, OpenAiBody bodies, ChatRequestReader requests, CompletionDelivery delivery, HttpContext http)
    {
        using var document = await bodies.ReadAsync(http.Request, http.RequestAborted);
        var read = requests.Read(Fields(document));
        if (!read.IsSuccess)
            return read.Error.ToProblem();

        var (complete, includeUsage, onDisconnect) = read.Value;
        var started = await mediator.Send(complete with { Repeat = delivery.RepeatOf(document.RootElement, http.Request) }, http.RequestAborted);
        using var events = complete.Stream ? new ChatChunkFormat(includeUsage, http) : null;
        return await delivery.DeliverAsync(
            started,
            http,
            onDisconnect,
            events,
            Document,
            SilencesBeforeFirstPiece);
    }

    private static IResult Document(CompletionDto completion) => completion switch
    {
        { Status: CompletionStatus.Cancelled } => CompletionErrors.Cancelled.ToProblem(),
        { IsAnswerGone: true } => CompletionErrors.NotKept.ToProblem(),
        _ => Json(ChatAnswer.Of(completion)),
    };

    private static async Task<IResult> Embed(IMediator mediator, OpenAiBody bodies, EmbeddingDelivery delivery, HttpContext http)
    {
        using var document = await bodies.ReadAsync(http.Request, http.RequestAborted);
        var read = EmbeddingRequestReader.Read(Fields(document));
        if (!read.IsSuccess)
            return read.Error.ToProblem();
        var (create, asBase64) = read.Value;
        return delivery.Deliver(await mediator.Send(create, http.RequestAborted), asBase64, http);
    }

    private static async Task<IResult> ListModels(IMediator mediator, CancellationToken ct)
    {
        var models = await mediator.Send(new ListModels(), ct);
        return models.IsSuccess ? Json(new ListAnswer<ModelAnswer>([.. models.Value.Select(ModelAnswer.Of)])) : models.Error.ToProblem();
    }

    private static async Task<IResult> GetModel(string id, IMediator mediator, CancellationToken ct)
    {
        // Clients escape the slash of an id, which routing leaves as it is.
        var model = await mediator.Send(new GetModel(id.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase)), ct);
        return model.IsSuccess ? Json(ModelAnswer.Of(model.Value)) : model.Error.ToProblem();
    }

    private static RequestFields Fields(JsonDocument document) => new(document.RootElement, path: "", new RequestFaults());

    private static JsonHttpResult<T> Json<T>(T answer) => TypedResults.Json(answer, OpenAiJson.Options);
}
