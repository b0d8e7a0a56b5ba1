using CleanLlm.Application.Chats;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Paging;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Chats;
using CleanLlm.WebApi.Authentication;
using CleanLlm.WebApi.Http;
using CleanLlm.WebApi.OpenApi;
using CleanLlm.WebApi.Streaming;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CleanLlm.WebApi.Endpoints;

/// <summary>The caller's conversations.</summary>
internal static class ChatEndpoints
{
    private const int DefaultLimit = 20;

    /// <summary>The calls below <c>/chats</c>.</summary>
    public static RouteGroupBuilder MapChats(this RouteGroupBuilder api)
    {
        var chats = api.MapGroup("/chats").WithTags("Chats");

        chats.MapGet("", List)
            .WithName("Chats_List")
            .AllowKeys(ApiKeyScopes.ChatsRead)
            .WithProblems(400, 401, 422, 503)
            .WithSummary("Lists the caller's chats, newest activity first");
        chats.MapPost("", Create)
            .WithName("Chats_Create")
            .AllowKeys(ApiKeyScopes.ChatsWrite)
            .WithProblems(400, 401, 413, 415, 422, 503)
            .WithSummary("Opens a chat")
            .WithDescription("422 `model.unknown` when the model is not served.");
        chats.MapGet("/{id:guid}", Get)
            .WithName("Chats_Get")
            .AllowKeys(ApiKeyScopes.ChatsRead)
            .WithProblems(401, 404, 503)
            .WithSummary("Shows a chat");
        chats.MapPatch("/{id:guid}", Update)
            .WithName("Chats_Update")
            .AllowKeys(ApiKeyScopes.ChatsWrite)
            .WithProblems(400, 401, 404, 413, 415, 422, 503)
            .WithSummary("Changes a chat")
            .WithDescription("What is absent stays as it is; an empty text removes it.");
        chats.MapDelete("/{id:guid}", Delete)
            .WithName("Chats_Delete")
            .AllowKeys(ApiKeyScopes.ChatsWrite)
            .WithProblems(401, 404, 503)
            .WithSummary("Deletes a chat with its messages");
        chats.MapGet("/{id:guid}/messages", ListMessages)
            .WithName("Chats_ListMessages")
            .AllowKeys(ApiKeyScopes.ChatsRead)
            .WithProblems(400, 401, 404, 422, 503)
            .WithSummary("Lists the messages of the active branch, newest first");
        chats.MapPost("/{id:guid}/messages", Send)
            .WithName("Chats_SendMessage")
            .AllowKeys(ApiKeyScopes.ChatsWrite)
            .Produces<CompletionDto>()
            .WithEventStream()
            .WithProblems(400, 401, 403, 404, 413, 415, 422, 429, 502, 503, 504)
            .WithSummary("Asks in a chat")
            .WithDescription(
                "The question follows `parentId`, or the newest message of the active branch; the answer becomes the new end of that branch. "
                + "Closing the connection does not lose the answer.");
        chats.MapPost("/{id:guid}/messages/{messageId:guid}/regenerate", Regenerate)
            .WithName("Chats_Regenerate")
            .AllowKeys(ApiKeyScopes.ChatsWrite)
            .Produces<CompletionDto>()
            .WithEventStream()
            .WithProblems(400, 401, 403, 404, 413, 415, 422, 429, 502, 503, 504)
            .WithSummary("Answers a question of a chat once more")
            .WithDescription(
                "`messageId` is one of the question's answers, or the question itself. The new answer stands beside the others and becomes the end of "
                + "the active branch. It never comes from the cache.");
        chats.MapPut("/{id:guid}/messages/{messageId:guid}/feedback", Rate)
            .WithName("Chats_RateMessage")
            .AllowKeys(ApiKeyScopes.ChatsWrite)
            .WithProblems(400, 401, 404, 413, 415, 422, 503)
            .WithSummary("Says whether an answer was of use")
            .WithDescription("Said again, it replaces what was said before. 422 when the message is a question.");
        return api;
    }

    private static async Task<Results<Ok<Page<ChatDto>>, ProblemResult>> List(IMediator mediator, string? cursor, int? limit, CancellationToken ct) =>
        (await mediator.Send(new ListChats(cursor, limit ?? DefaultLimit), ct)).ToOk();

    private static async Task<Results<Created<ChatDto>, ProblemResult>> Create(CreateChatBody body, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new CreateChat(body.Title, body.Model, body.SystemPrompt), ct)).ToCreated(chat => $"/api/v1/chats/{chat.Id}");

    private static async Task<Results<Ok<ChatDto>, ProblemResult>> Get(Guid id, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new GetChat(new ChatId(id)), ct)).ToOk();

    private static async Task<Results<Ok<ChatDto>, ProblemResult>> Update(Guid id, UpdateChatBody body, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new UpdateChat(new ChatId(id), body.Title, body.Model, body.SystemPrompt), ct)).ToOk();

    private static async Task<Results<NoContent, ProblemResult>> Delete(Guid id, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new DeleteChat(new ChatId(id)), ct)).ToNoContent();

    private static async Task<Results<Ok<Page<MessageDto>>, ProblemResult>> ListMessages(
        Guid id, IMediator mediator, string? cursor, int? limit, CancellationToken ct) =>
        (await mediator.Send(new ListMessages(new ChatId(id), cursor, limit ?? DefaultLimit), ct)).ToOk();

    private static async Task<IResult> Send(Guid id, SendMessageBody body, IMediator mediator, HttpContext http, CompletionDelivery delivery)
    {
        var message = new SendMessage(
            new ChatId(id),
            body.Content,
            body.ParentId,
            body.Model,
            body.Temperature,
            body.MaxTokens,
            body.Cache,
            CompletionDelivery.WantsEvents(http.Request),
            delivery.RepeatOf(body, http.Request));
        return await delivery.DeliverAsync(await mediator.Send(message, http.RequestAborted), http, body.OnDisconnect);
    }

    private static async Task<IResult> Regenerate(
        Guid id, Guid messageId, RegenerateBody body, IMediator mediator, HttpContext http, CompletionDelivery delivery)
    {
        var regenerate = new RegenerateAnswer(
            new ChatId(id),
            new MessageId(messageId),
            body.Model,
            body.Temperature,
            body.MaxTokens,
            CompletionDelivery.WantsEvents(http.Request),
            delivery.RepeatOf(body, http.Request));
        return await delivery.DeliverAsync(await mediator.Send(regenerate, http.RequestAborted), http, body.OnDisconnect);
    }

    private static async Task<Results<NoContent, ProblemResult>> Rate(
        Guid id, Guid messageId, FeedbackBody body, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new RateMessage(new ChatId(id), new MessageId(messageId), body.Rating, body.Comment), ct)).ToNoContent();
}

/// <summary>A new chat.</summary>
/// <param name="Title">What it is about; at most 200 characters.</param>
/// <param name="Model">The model its messages go to unless they name another.</param>
/// <param name="SystemPrompt">Instructions put before every prompt of this chat; at most 20,000 characters.</param>
internal sealed record CreateChatBody(string? Title = null, string? Model = null, string? SystemPrompt = null);

/// <summary>A change of a chat.</summary>
/// <param name="Title">What it is about; at most 200 characters.</param>
/// <param name="Model">The model its messages go to unless they name another.</param>
/// <param name="SystemPrompt">Instructions put before every prompt of this chat; at most 20,000 characters.</param>
internal sealed record UpdateChatBody(string? Title = null, string? Model = null, string? SystemPrompt = null);

/// <summary>A question in a chat.</summary>
/// <param name="Content">What is asked; at most 200,000 characters.</param>
/// <param name="ParentId">The answer it follows; absent for the newest of the active branch.</param>
/// <param name="Model">The model to ask; absent for the chat's.</param>
/// <param name="Temperature">Sampling temperature, 0 to 2; absent for the model's own.</param>
/// <param name="MaxTokens">The longest answer wanted, in tokens; absent for as long as model, plan and quota allow.</param>
/// <param name="Cache">Whether the answer may come from the cache; absent for yes at temperature 0.</param>
/// <param name="OnDisconnect">What happens when the connection closes before the end.</param>
internal sealed record SendMessageBody(
    string Content,
    MessageId? ParentId = null,
    string? Model = null,
    float? Temperature = null,
    int? MaxTokens = null,
    bool? Cache = null,
    OnDisconnect OnDisconnect = OnDisconnect.Continue);

/// <summary>How a question is to be answered once more.</summary>
/// <param name="Model">The model to ask; absent for the chat's.</param>
/// <param name="Temperature">Sampling temperature, 0 to 2; absent for the model's own.</param>
/// <param name="MaxTokens">The longest answer wanted, in tokens; absent for as long as model, plan and quota allow.</param>
/// <param name="OnDisconnect">What happens when the connection closes before the end.</param>
internal sealed record RegenerateBody(
    string? Model = null, float? Temperature = null, int? MaxTokens = null, OnDisconnect OnDisconnect = OnDisconnect.Continue);

/// <summary>What a user thought of an answer.</summary>
/// <param name="Rating">Up or down.</param>
/// <param name="Comment">Why; at most 2,000 characters.</param>
internal sealed record FeedbackBody(FeedbackRating Rating, string? Comment = null);
