using CleanLlm.Application.Chats;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Messages;
using CleanLlm.Application.Paging;
using CleanLlm.Application.Templates;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Ids;
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

    private const string OneAtATime =
        "409 `chat.busy` with `completionId` while another question with the same parent, or another answer of the same question, is being written.";

    /// <summary>The calls below <c>/chats</c>.</summary>
    public static RouteGroupBuilder MapChats(this RouteGroupBuilder api)
    {
        var chats = api.MapGroup("/chats").WithTags("Chats");

        chats.MapGet("", List)
            .WithName("Chats_List")
            .AllowKeys(ApiKeyScopes.ChatsRead)
            .WithProblems(400, 401, 422, 503)
            .WithSummary("Lists the caller's chats, newest activity first")
            .WithDescription(
                "With `q`, those whose title or messages hold all of its words, each of them whole and in any case. In scripts without spaces between words, "
                + "such as Chinese, it finds characters that follow each other.");
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
            .WithSummary("Shows a chat")
            .WithDescription(
                "With its system prompt, the end of its active branch and, while one is being answered, the running completion with its question: what a "
                + "front end that opens the chat elsewhere needs beside the messages.");
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
            .WithSummary("Lists the messages of the active branch, newest first")
            .WithDescription("`siblingIds` of each message are the ids of all versions of it, itself among them, oldest first; the cursor follows the branch on which it was given out.");
        chats.MapPost("/{id:guid}/messages", Send)
            .WithName("Chats_SendMessage")
            .AsCompletion()
            .AllowKeys(ApiKeyScopes.ChatsWrite)
            .Produces<CompletionDto>()
            .WithEventStream()
            .WithProblems(400, 401, 403, 404, 409, 413, 415, 422, 429, 502, 503, 504)
            .WithSummary("Asks in a chat")
            .WithDescription(
                "The question follows `parentId`, or the newest message of the active branch; the answer becomes the new end of that branch. "
                + "Closing the connection does not lose the answer. " + OneAtATime)
            .WithoutBackground();
        chats.MapPost("/{id:guid}/messages/{messageId:guid}/edit", Edit)
            .WithName("Chats_EditMessage")
            .AsCompletion()
            .AllowKeys(ApiKeyScopes.ChatsWrite)
            .Produces<CompletionDto>()
            .WithEventStream()
            .WithProblems(400, 401, 403, 404, 409, 413, 415, 422, 429, 502, 503, 504)
            .WithSummary("Asks a question of a chat anew")
            .WithDescription(
                "`messageId` is a question of the chat, the first one too; 422 when it is an answer. The new question stands beside it, with the same `parentId`; "
                + "what was asked and answered before stays. The model sees the branch above the question. The answer becomes the end of the active branch. " + OneAtATime)
            .WithoutBackground();
        chats.MapGet("/{id:guid}/messages/{messageId:guid}/siblings", ListSiblings)
            .WithName("Chats_ListSiblings")
            .AllowKeys(ApiKeyScopes.ChatsRead)
            .WithProblems(401, 404, 503)
            .WithSummary("Lists all versions of a message, oldest first")
            .WithDescription("The message itself among them: the messages with the same parent, for a first question all without one.");
        chats.MapPut("/{id:guid}/active-leaf", ShowBranch)
            .WithName("Chats_SetActiveLeaf")
            .AllowKeys(ApiKeyScopes.ChatsWrite)
            .WithProblems(400, 401, 404, 409, 413, 415, 422, 503)
            .WithSummary("Switches to the branch that goes through a message")
            .WithDescription(
                "Of all messages below `messageId` that have nothing below themselves, the newest becomes the end of the active branch; a message with nothing below it "
                + "is the end itself. An answer that is finished later becomes the end of the active branch all the same.");
        chats.MapPost("/{id:guid}/messages/{messageId:guid}/regenerate", Regenerate)
            .WithName("Chats_Regenerate")
            .AsCompletion()
            .AllowKeys(ApiKeyScopes.ChatsWrite)
            .Produces<CompletionDto>()
            .WithEventStream()
            .WithProblems(400, 401, 403, 404, 409, 413, 415, 422, 429, 502, 503, 504)
            .WithSummary("Answers a question of a chat once more")
            .WithDescription(
                "`messageId` is one of the question's answers, or the question itself. The new answer stands beside the others and becomes the end of "
                + "the active branch. It never comes from the cache. " + OneAtATime)
            .WithoutBackground();
        chats.MapPut("/{id:guid}/messages/{messageId:guid}/feedback", Rate)
            .WithName("Chats_RateMessage")
            .AllowKeys(ApiKeyScopes.ChatsWrite)
            .WithProblems(400, 401, 404, 413, 415, 422, 503)
            .WithSummary("Says whether an answer was of use")
            .WithDescription("Said again, it replaces what was said before. 422 when the message is a question.");
        return api;
    }

    private static async Task<Results<Ok<Page<ChatDto>>, ProblemResult>> List(IMediator mediator, string? cursor, int? limit, string? q, CancellationToken ct) =>
        (await mediator.Send(new ListChats(q, cursor, limit ?? DefaultLimit), ct)).ToOk();

    private static async Task<Results<Created<ChatDetailDto>, ProblemResult>> Create(CreateChatBody body, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new CreateChat(body.Title, body.Model, body.SystemPrompt), ct)).ToCreated(chat => $"/api/v1/chats/{chat.Id}");

    private static async Task<Results<Ok<ChatDetailDto>, ProblemResult>> Get(Guid id, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new GetChat(new ChatId(id)), ct)).ToOk();

    private static async Task<Results<Ok<ChatDetailDto>, ProblemResult>> Update(Guid id, UpdateChatBody body, IMediator mediator, CancellationToken ct) =>
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
            body.Content ?? "",
            body.ParentId,
            body.Model,
            body.Temperature,
            body.MaxTokens,
            body.Cache,
            CompletionDelivery.WantsEvents(http.Request),
            delivery.RepeatOf(body, http.Request))
        {
            Template = TemplateCall.Of(body.TemplateId, body.TemplateVersion, body.Parameters),
        };
        return await delivery.DeliverAsync(await mediator.Send(message, http.RequestAborted), http, body.OnDisconnect);
    }

    private static async Task<IResult> Edit(
        Guid id, Guid messageId, EditMessageBody body, IMediator mediator, HttpContext http, CompletionDelivery delivery)
    {
        var edit = new EditQuestion(
            new ChatId(id),
            new MessageId(messageId),
            body.Content ?? "",
            body.Model,
            body.Temperature,
            body.MaxTokens,
            body.Cache,
            CompletionDelivery.WantsEvents(http.Request),
            delivery.RepeatOf(body, http.Request))
        {
            Template = TemplateCall.Of(body.TemplateId, body.TemplateVersion, body.Parameters),
        };
        return await delivery.DeliverAsync(await mediator.Send(edit, http.RequestAborted), http, body.OnDisconnect);
    }

    private static async Task<Results<Ok<IReadOnlyList<MessageDto>>, ProblemResult>> ListSiblings(
        Guid id, Guid messageId, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new ListSiblings(new ChatId(id), new MessageId(messageId)), ct)).ToOk();

    private static async Task<Results<NoContent, ProblemResult>> ShowBranch(Guid id, ActiveLeafBody body, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new ShowBranch(new ChatId(id), body.MessageId), ct)).ToNoContent();

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
/// <param name="Content">What is asked; at most 200,000 characters. Absent or empty only where a template is asked by that has values.</param>
/// <param name="ParentId">The answer it follows; absent for the newest of the active branch.</param>
/// <param name="Model">The model to ask; absent for the chat's.</param>
/// <param name="Temperature">Sampling temperature, 0 to 2; absent for the model's own.</param>
/// <param name="MaxTokens">The longest answer wanted, in tokens; absent for as long as model, plan and quota allow.</param>
/// <param name="Cache">Whether the answer may come from the cache; absent for yes at temperature 0.</param>
/// <param name="TemplateId">The template that it is asked by, the caller's own or a shared one; absent for none.</param>
/// <param name="TemplateVersion">Which version of the template; absent for the newest.</param>
/// <param name="Parameters">Values by the names of the template's parameters. The model gets them as data, apart from the template's text.</param>
/// <param name="OnDisconnect">What happens when the connection closes before the end.</param>
internal sealed record SendMessageBody(
    string? Content = null,
    MessageId? ParentId = null,
    string? Model = null,
    float? Temperature = null,
    int? MaxTokens = null,
    bool? Cache = null,
    TemplateId? TemplateId = null,
    int? TemplateVersion = null,
    IReadOnlyDictionary<string, string>? Parameters = null,
    OnDisconnect OnDisconnect = OnDisconnect.Continue) : IRequiredBody;

/// <summary>What is asked in the place of a question.</summary>
/// <param name="Content">What is asked; at most 200,000 characters. Absent or empty only where a template is asked by that has values.</param>
/// <param name="Model">The model to ask; absent for the chat's.</param>
/// <param name="Temperature">Sampling temperature, 0 to 2; absent for the model's own.</param>
/// <param name="MaxTokens">The longest answer wanted, in tokens; absent for as long as model, plan and quota allow.</param>
/// <param name="Cache">Whether the answer may come from the cache; absent for yes at temperature 0.</param>
/// <param name="TemplateId">The template that it is asked by, the caller's own or a shared one; absent for none.</param>
/// <param name="TemplateVersion">Which version of the template; absent for the newest.</param>
/// <param name="Parameters">Values by the names of the template's parameters. The model gets them as data, apart from the template's text.</param>
/// <param name="OnDisconnect">What happens when the connection closes before the end.</param>
internal sealed record EditMessageBody(
    string? Content = null,
    string? Model = null,
    float? Temperature = null,
    int? MaxTokens = null,
    bool? Cache = null,
    TemplateId? TemplateId = null,
    int? TemplateVersion = null,
    IReadOnlyDictionary<string, string>? Parameters = null,
    OnDisconnect OnDisconnect = OnDisconnect.Continue) : IRequiredBody;

/// <summary>Which branch is to be shown.</summary>
/// <param name="MessageId">Any message of it.</param>
internal sealed record ActiveLeafBody(MessageId MessageId);

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
