using CleanLlm.Application.Callers;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Templates;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Chats;

/// <summary>
/// Asks a question of a chat again: another question beside it, below the same message or at the beginning of the chat. What was asked and
/// answered before stays; the new answer becomes the active leaf.
/// </summary>
/// <param name="ChatId">The chat.</param>
/// <param name="MessageId">The question.</param>
/// <param name="Content">What is asked now.</param>
/// <param name="Model">The model to ask; null for the chat's.</param>
/// <param name="Temperature">Sampling temperature, 0 to 2.</param>
/// <param name="MaxTokens">The longest answer wanted, in tokens.</param>
/// <param name="Cache">Whether the answer may come from the cache.</param>
/// <param name="Stream">Whether the answer is wanted piece by piece.</param>
/// <param name="Repeat">What the caller named the request by, to repeat it.</param>
public sealed record EditQuestion(
    ChatId ChatId,
    MessageId MessageId,
    string Content,
    string? Model,
    float? Temperature,
    int? MaxTokens,
    bool? Cache,
    bool Stream,
    RepeatableRequest? Repeat = null)
    : IRequest<Result<StartedCompletion>>, IQuestionTerms
{
    /// <inheritdoc />
    public string Question => Content;

    /// <inheritdoc />
    public TemplateCall? Template { get; init; }
}

internal sealed class EditQuestionValidator() : QuestionTermsValidator<EditQuestion>("content");

internal sealed class EditQuestionHandler(CompletionRunner runner, ICurrentUser user, ICurrentApiKey key)
    : IRequestHandler<EditQuestion, Result<StartedCompletion>>
{
    public Task<Result<StartedCompletion>> Handle(EditQuestion request, CancellationToken cancellationToken) =>
        runner.StartAsync(
            new CompletionRequest
            {
                UserId = user.Id,
                Key = key.Key,
                Messages = CompletionRequest.Question(request.Content),
                Template = request.Template,
                PromptField = "content",
                ChatId = request.ChatId,
                Edits = request.MessageId,
                Model = request.Model,
                Temperature = request.Temperature,
                MaxTokens = request.MaxTokens,
                Cache = request.Cache,
                Stream = request.Stream,
                Repeat = request.Repeat,
            },
            cancellationToken);
}
