using CleanLlm.Application.Callers;
using CleanLlm.Application.Completions.Log;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using FluentValidation;
using MediatR;

namespace CleanLlm.Application.Completions.Following;

/// <summary>
/// Reads the events of one of the caller's completions, from the start or from after one that was seen, while it runs and for a while after.
/// There is no reader when the last event seen was the ending.
/// </summary>
/// <param name="Id">Which completion.</param>
/// <param name="LastEventId">The id of the last event seen, as the caller sent it; null or empty for none.</param>
/// <param name="Patience">After how long a silence the reader gives an empty batch.</param>
public sealed record FollowCompletion(CompletionId Id, string? LastEventId, TimeSpan Patience) : IRequest<Result<ICompletionReader?>>;

internal sealed class FollowCompletionValidator : AbstractValidator<FollowCompletion>
{
    public FollowCompletionValidator() => RuleFor(request => request.LastEventId)
        .Must(id => string.IsNullOrEmpty(id) || int.TryParse(id, System.Globalization.NumberStyles.None, provider: null, out _))
        .WithMessage("The header Last-Event-ID holds the id of an event of this completion.");
}

internal sealed class FollowCompletionHandler(CompletionFeed feed, CompletionAccess access, ICurrentUser user)
    : IRequestHandler<FollowCompletion, Result<ICompletionReader?>>
{
    public async Task<Result<ICompletionReader?>> Handle(FollowCompletion request, CancellationToken cancellationToken)
    {
        var after = string.IsNullOrEmpty(request.LastEventId) ? 0 : int.Parse(request.LastEventId, System.Globalization.CultureInfo.InvariantCulture);
        return await access.AllowsAsync(request.Id, cancellationToken)
            ? await feed.ResumeAsync(request.Id, user.Id, after, request.Patience, cancellationToken)
            : CompletionErrors.NotFound;
    }
}
