using CleanLlm.Application.Callers;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Chats;

/// <summary>Deletes a chat with all its messages; what it cost stays in the ledger.</summary>
public sealed record DeleteChat(ChatId Id) : IRequest<Result<Unit>>;

internal sealed class DeleteChatHandler(IChatRepository chats, ICurrentUser user) : IRequestHandler<DeleteChat, Result<Unit>>
{
    public async Task<Result<Unit>> Handle(DeleteChat request, CancellationToken cancellationToken)
    {
        if (await chats.FindAsync(request.Id, user.Id, cancellationToken) is not { } chat)
            return ChatErrors.NotFound;

        chats.Remove(chat);
        // When another request has deleted it at this moment, it is gone all the same.
        await chats.SaveAsync(cancellationToken);
        return Unit.Value;
    }
}
