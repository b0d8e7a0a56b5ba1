using CleanLlm.Application.Callers;
using CleanLlm.Application.Messages;
using CleanLlm.Application.Paging;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Chats;

/// <summary>A page of a chat's messages along the active branch, newest first.</summary>
public sealed record ListMessages(ChatId ChatId, string? Cursor, int Limit) : IRequest<Result<Page<MessageDto>>>, IPageRequest;

internal sealed class ListMessagesValidator : PageValidator<ListMessages>;

internal sealed class ListMessagesHandler(IChatQueries chats, ICurrentUser user)
    : IRequestHandler<ListMessages, Result<Page<MessageDto>>>
{
    public async Task<Result<Page<MessageDto>>> Handle(ListMessages request, CancellationToken cancellationToken)
    {
        MessageId? from = Cursor.TryParse(request.Cursor, out var cursor) ? new MessageId(cursor.Id) : null;
        var page = await chats.ListMessagesAsync(request.ChatId, user.Id, from, request.Limit, cancellationToken);
        return page is null ? ChatErrors.NotFound : page;
    }
}
