using CleanLlm.Application.Administration;
using CleanLlm.Application.Chats;
using CleanLlm.Application.Messages;
using CleanLlm.Application.Paging;
using CleanLlm.Domain.Ids;
using CleanLlm.WebApi.Http;
using CleanLlm.WebApi.OpenApi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CleanLlm.WebApi.Endpoints;

/// <summary>Other users' content: an admin has to say why they read it, and it is audited before they do.</summary>
internal static class AdminContentEndpoints
{
    private const int DefaultLimit = 20;
    private const string ReasonHeader = "Audit-Reason";

    private const string Explanation =
        "Needs the header `Audit-Reason`: why, in 10 to 500 printable characters. It is stored in the audit log before anything is read.";

    /// <summary>The calls below <c>/admin/users/{id}/chats</c>.</summary>
    public static void MapAdminContent(this RouteGroupBuilder admin)
    {
        admin.MapGet("/users/{id:guid}/chats", ListChats)
            .WithName("Admin_ListUserChats")
            .WithProblems(400, 401, 403, 404, 422, 503)
            .WithSummary("Lists a user's chats, newest activity first")
            .WithDescription(Explanation);
        admin.MapGet("/users/{id:guid}/chats/{chatId:guid}/messages", ListMessages)
            .WithName("Admin_ListUserMessages")
            .WithProblems(400, 401, 403, 404, 422, 503)
            .WithSummary("Lists the messages of the active branch of a user's chat, newest first")
            .WithDescription(Explanation);
    }

    private static async Task<Results<Ok<Page<ChatDto>>, ProblemResult>> ListChats(
        Guid id, IMediator mediator, [FromHeader(Name = ReasonHeader)] string? reason, string? cursor, int? limit, CancellationToken ct) =>
        (await mediator.Send(new ListUserChats(new UserId(id), reason, cursor, limit ?? DefaultLimit), ct)).ToOk();

    private static async Task<Results<Ok<Page<MessageDto>>, ProblemResult>> ListMessages(
        Guid id, Guid chatId, IMediator mediator, [FromHeader(Name = ReasonHeader)] string? reason, string? cursor, int? limit, CancellationToken ct) =>
        (await mediator.Send(new ListUserMessages(new UserId(id), new ChatId(chatId), reason, cursor, limit ?? DefaultLimit), ct)).ToOk();
}
