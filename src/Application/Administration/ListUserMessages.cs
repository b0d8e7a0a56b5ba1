using CleanLlm.Application.Chats;
using CleanLlm.Application.Messages;
using CleanLlm.Application.Paging;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Administration;

/// <summary>A page of the messages in another user's chat along the active branch, newest first; audited before it is read.</summary>
/// <param name="UserId">Whose chat.</param>
/// <param name="ChatId">Which chat.</param>
/// <param name="Reason">Why it is read.</param>
/// <param name="Cursor">Where the page begins.</param>
/// <param name="Limit">How many at most.</param>
public sealed record ListUserMessages(UserId UserId, ChatId ChatId, string? Reason, string? Cursor, int Limit)
    : IRequest<Result<Page<MessageDto>>>, IPageRequest;

internal sealed class ListUserMessagesValidator : PageValidator<ListUserMessages>;

internal sealed class ListUserMessagesHandler(ContentReading reading, IChatQueries chats)
    : IRequestHandler<ListUserMessages, Result<Page<MessageDto>>>
{
    public async Task<Result<Page<MessageDto>>> Handle(ListUserMessages request, CancellationToken ct)
    {
        if (await reading.BeginAsync(request.UserId, request.ChatId, request.Reason, ct) is { } refusal)
            return refusal;

        MessageId? from = Cursor.TryParse(request.Cursor, out var cursor) ? new MessageId(cursor.Id) : null;
        var page = await chats.ListMessagesAsync(request.ChatId, request.UserId, from, request.Limit, ct);
        return page is null ? ChatErrors.NotFound : page;
    }
}
