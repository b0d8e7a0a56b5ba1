using CleanLlm.Application.Callers;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Chats;

/// <summary>One chat of the caller.</summary>
public sealed record GetChat(ChatId Id) : IRequest<Result<ChatDetailDto>>;

internal sealed class GetChatHandler(IChatQueries chats, ICurrentUser user) : IRequestHandler<GetChat, Result<ChatDetailDto>>
{
    public async Task<Result<ChatDetailDto>> Handle(GetChat request, CancellationToken cancellationToken) =>
        await chats.FindAsync(request.Id, user.Id, cancellationToken) is { } chat ? chat : ChatErrors.NotFound;
}
