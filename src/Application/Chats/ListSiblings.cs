using CleanLlm.Application.Callers;
using CleanLlm.Application.Messages;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Chats;

/// <summary>All versions of a message in one of the caller's chats, itself among them, oldest first.</summary>
public sealed record ListSiblings(ChatId ChatId, MessageId MessageId) : IRequest<Result<IReadOnlyList<MessageDto>>>;

internal sealed class ListSiblingsHandler(IChatQueries chats, ICurrentUser user) : IRequestHandler<ListSiblings, Result<IReadOnlyList<MessageDto>>>
{
    public async Task<Result<IReadOnlyList<MessageDto>>> Handle(ListSiblings request, CancellationToken cancellationToken) =>
        await chats.ListSiblingsAsync(request.ChatId, user.Id, request.MessageId, cancellationToken) switch
        {
            null => ChatErrors.NotFound,
            [] => ChatErrors.MessageNotFound,
            var siblings => Result<IReadOnlyList<MessageDto>>.Success(siblings),
        };
}
