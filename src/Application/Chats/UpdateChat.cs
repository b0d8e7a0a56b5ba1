using CleanLlm.Application.Ai;
using CleanLlm.Application.Callers;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Chats;

/// <summary>Changes what is given; null leaves a value as it is, an empty text removes it.</summary>
public sealed record UpdateChat(ChatId Id, string? Title, string? Model, string? SystemPrompt) : IRequest<Result<ChatDetailDto>>, IChatTerms;

internal sealed class UpdateChatValidator : ChatTermsValidator<UpdateChat>;

internal sealed class UpdateChatHandler(IChatRepository chats, IChatQueries queries, IModelCatalog catalog, ICurrentUser user, TimeProvider clock)
    : IRequestHandler<UpdateChat, Result<ChatDetailDto>>
{
    public async Task<Result<ChatDetailDto>> Handle(UpdateChat request, CancellationToken cancellationToken)
    {
        if (await chats.FindAsync(request.Id, user.Id, cancellationToken) is not { } chat)
            return ChatErrors.NotFound;
        if (await catalog.CheckAsync(request.Model, cancellationToken) is { } unknown)
            return unknown;

        var changed = chat.Change(
            request.Title ?? chat.Title, request.Model ?? chat.Model, request.SystemPrompt ?? chat.SystemPrompt, clock.GetUtcNow());
        if (!changed.IsSuccess)
            return changed.Error;

        // Read before it is stored: a change that was made is not answered by a failure to read it.
        if (await queries.FindAsync(chat.Id, user.Id, cancellationToken) is not { } before || !await chats.SaveAsync(cancellationToken))
            return ChatErrors.NotFound;
        return before with { Title = chat.Title, Model = chat.Model, SystemPrompt = chat.SystemPrompt, UpdatedAt = chat.UpdatedAt };
    }
}
