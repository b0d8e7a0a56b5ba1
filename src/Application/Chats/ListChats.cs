using CleanLlm.Application.Callers;
using CleanLlm.Application.Paging;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Chats;

/// <summary>A page of the caller's chats, newest activity first.</summary>
public sealed record ListChats(string? Cursor, int Limit) : IRequest<Result<Page<ChatDto>>>, IPageRequest;

internal sealed class ListChatsValidator : PageValidator<ListChats>;

internal sealed class ListChatsHandler(IChatQueries chats, ICurrentUser user) : IRequestHandler<ListChats, Result<Page<ChatDto>>>
{
    public async Task<Result<Page<ChatDto>>> Handle(ListChats request, CancellationToken cancellationToken)
    {
        Cursor? after = Cursor.TryParse(request.Cursor, out var cursor) ? cursor : null;
        return await chats.ListAsync(user.Id, after, request.Limit, cancellationToken);
    }
}
