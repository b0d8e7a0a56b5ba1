using CleanLlm.Application.Chats;
using CleanLlm.Application.Paging;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Administration;

/// <summary>A page of another user's chats, newest activity first; audited before it is read.</summary>
/// <param name="UserId">Whose chats.</param>
/// <param name="Reason">Why they are read.</param>
/// <param name="Cursor">Where the page begins.</param>
/// <param name="Limit">How many at most.</param>
public sealed record ListUserChats(UserId UserId, string? Reason, string? Cursor, int Limit) : IRequest<Result<Page<ChatDto>>>, IPageRequest;

internal sealed class ListUserChatsValidator : PageValidator<ListUserChats>;

internal sealed class ListUserChatsHandler(ContentReading reading, IChatQueries chats) : IRequestHandler<ListUserChats, Result<Page<ChatDto>>>
{
    public async Task<Result<Page<ChatDto>>> Handle(ListUserChats request, CancellationToken ct)
    {
        if (await reading.BeginAsync(request.UserId, chat: null, request.Reason, ct) is { } refusal)
            return refusal;

        Cursor? after = Cursor.TryParse(request.Cursor, out var cursor) ? cursor : null;
        return await chats.ListAsync(request.UserId, search: null, after, request.Limit, ct);
    }
}
