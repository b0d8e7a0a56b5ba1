using AutoMapper;
using CleanLlm.Application.Ai;
using CleanLlm.Application.Callers;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Chats;

/// <summary>Opens a chat.</summary>
public sealed record CreateChat(string? Title, string? Model, string? SystemPrompt) : IRequest<Result<ChatDetailDto>>, IChatTerms;

internal sealed class CreateChatValidator : ChatTermsValidator<CreateChat>;

internal sealed class CreateChatHandler(IChatRepository chats, IModelCatalog catalog, ICurrentUser user, IMapper mapper, TimeProvider clock)
    : IRequestHandler<CreateChat, Result<ChatDetailDto>>
{
    public async Task<Result<ChatDetailDto>> Handle(CreateChat request, CancellationToken cancellationToken)
    {
        if (await catalog.CheckAsync(request.Model, cancellationToken) is { } unknown)
            return unknown;
        var chat = Chat.Open(user.Id, request.Title, request.Model, request.SystemPrompt, clock.GetUtcNow());
        if (!chat.IsSuccess)
            return chat.Error;

        chats.Add(chat.Value);
        await chats.SaveAsync(cancellationToken);
        return mapper.Map<ChatDetailDto>(chat.Value);
    }
}
