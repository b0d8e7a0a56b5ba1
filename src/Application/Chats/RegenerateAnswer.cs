using CleanLlm.Application.Callers;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Chats;

/// <summary>Answers a question of a chat once more: a sibling of the answers it has, which becomes the active leaf.</summary>
/// <param name="ChatId">The chat.</param>
/// <param name="MessageId">One of the question's answers, or the question itself.</param>
/// <param name="Model">The model to ask; null for the chat's.</param>
/// <param name="Temperature">Sampling temperature, 0 to 2.</param>
/// <param name="MaxTokens">The longest answer wanted, in tokens.</param>
/// <param name="Stream">Whether the answer is wanted piece by piece.</param>
/// <param name="Repeat">What the caller named the request by, to repeat it.</param>
public sealed record RegenerateAnswer(
    ChatId ChatId, MessageId MessageId, string? Model, float? Temperature, int? MaxTokens, bool Stream, RepeatableRequest? Repeat = null)
    : IRequest<Result<StartedCompletion>>, ICompletionTerms;

internal sealed class RegenerateAnswerValidator : CompletionTermsValidator<RegenerateAnswer>;

internal sealed class RegenerateAnswerHandler(CompletionRunner runner, ICurrentUser user, ICurrentApiKey key)
    : IRequestHandler<RegenerateAnswer, Result<StartedCompletion>>
{
    public Task<Result<StartedCompletion>> Handle(RegenerateAnswer request, CancellationToken cancellationToken) =>
        runner.StartAsync(
            new CompletionRequest
            {
                UserId = user.Id,
                Key = key.Key,
                Messages = [],
                PromptField = "messageId",
                ChatId = request.ChatId,
                Regenerates = request.MessageId,
                Model = request.Model,
                Temperature = request.Temperature,
                MaxTokens = request.MaxTokens,
                Stream = request.Stream,
                Repeat = request.Repeat,
                // The point is another answer than the one that was given.
                Cache = false,
            },
            cancellationToken);
}
