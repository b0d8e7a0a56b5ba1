using CleanLlm.Application.Callers;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using FluentValidation;
using MediatR;

namespace CleanLlm.Application.Chats;

/// <summary>Says what the caller thought of an answer in one of their chats; said again, it replaces what was said before.</summary>
/// <param name="ChatId">The chat.</param>
/// <param name="MessageId">The answer.</param>
/// <param name="Rating">Up or down.</param>
/// <param name="Comment">Why; null or blank for nothing.</param>
public sealed record RateMessage(ChatId ChatId, MessageId MessageId, FeedbackRating Rating, string? Comment) : IRequest<Result<Unit>>;

internal sealed class RateMessageValidator : AbstractValidator<RateMessage>
{
    public RateMessageValidator()
    {
        RuleFor(request => request.Rating).IsInEnum();
        RuleFor(request => request.Comment).MaximumLength(Message.FeedbackCommentMaxLength);
    }
}

internal sealed class RateMessageHandler(IChatRepository chats, ICurrentUser user) : IRequestHandler<RateMessage, Result<Unit>>
{
    public async Task<Result<Unit>> Handle(RateMessage request, CancellationToken cancellationToken)
    {
        if (await chats.FindAsync(request.ChatId, user.Id, cancellationToken) is not { } chat)
            return ChatErrors.NotFound;
        if (await chats.FindMessageAsync(chat, request.MessageId, cancellationToken) is not { } message)
            return ChatErrors.MessageNotFound;

        var rated = message.Rate(request.Rating, request.Comment);
        if (!rated.IsSuccess)
            return rated.Error;

        return await chats.SaveAsync(cancellationToken) ? Unit.Value : ChatErrors.NotFound;
    }
}
