using CleanLlm.Application.Callers;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using FluentValidation;
using MediatR;

namespace CleanLlm.Application.Chats;

/// <summary>Makes the branch that goes through a message the active one: it ends at the newest leaf below the message.</summary>
/// <param name="ChatId">The chat.</param>
/// <param name="MessageId">Any message of it.</param>
public sealed record ShowBranch(ChatId ChatId, MessageId MessageId) : IRequest<Result<Unit>>;

internal sealed class ShowBranchValidator : AbstractValidator<ShowBranch>
{
    public ShowBranchValidator() => RuleFor(request => request.MessageId).NotEmpty();
}

internal sealed class ShowBranchHandler(IChatRepository chats, ICurrentUser user) : IRequestHandler<ShowBranch, Result<Unit>>
{
    public async Task<Result<Unit>> Handle(ShowBranch request, CancellationToken cancellationToken)
    {
        if (await chats.FindAsync(request.ChatId, user.Id, cancellationToken) is not { } chat)
            return ChatErrors.NotFound;
        if (await chats.FindNewestLeafAsync(chat.Id, request.MessageId, cancellationToken) is not { } leaf)
            return ChatErrors.MessageNotFound;

        chat.Show(leaf);
        return await chats.SaveAsync(cancellationToken) ? Unit.Value : ChatErrors.NotFound;
    }
}
