using AutoMapper;
using CleanLlm.Application.Accounts;
using CleanLlm.Application.Ai;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Chats;

/// <summary>Changes what is given; null leaves a value as it is, an empty text removes it.</summary>
public sealed record UpdateChat(ChatId Id, string? Title, string? Model, string? SystemPrompt) : IRequest<Result<ChatDto>>, IChatTerms;

internal sealed class UpdateChatValidator : ChatTermsValidator<UpdateChat>;

internal sealed class UpdateChatHandler(IChatRepository chats, IModelCatalog catalog, ICurrentUser user, IMapper mapper, TimeProvider clock)
    : IRequestHandler<UpdateChat, Result<ChatDto>>
{
    public async Task<Result<ChatDto>> Handle(UpdateChat request, CancellationToken cancellationToken)
    {
        if (await chats.FindAsync(request.Id, user.Id, cancellationToken) is not { } chat)
            return ChatErrors.NotFound;
        if (await catalog.CheckAsync(request.Model, cancellationToken) is { } unknown)
            return unknown;

        var changed = chat.Change(
            request.Title ?? chat.Title, request.Model ?? chat.Model, request.SystemPrompt ?? chat.SystemPrompt, clock.GetUtcNow());
        if (!changed.IsSuccess)
            return changed.Error;

        await chats.SaveAsync(cancellationToken);
        return mapper.Map<ChatDto>(chat);
    }
}
