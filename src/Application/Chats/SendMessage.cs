using CleanLlm.Application.Callers;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Templates;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Chats;

/// <summary>Asks in a chat: the question follows the named answer, or the active leaf, and both messages are kept.</summary>
public sealed record SendMessage(
    ChatId ChatId,
    string Content,
    MessageId? ParentId,
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

internal sealed class SendMessageValidator() : QuestionTermsValidator<SendMessage>("content");

internal sealed class SendMessageHandler(CompletionRunner runner, ICurrentUser user, ICurrentApiKey key) : IRequestHandler<SendMessage, Result<StartedCompletion>>
{
    public Task<Result<StartedCompletion>> Handle(SendMessage request, CancellationToken cancellationToken) =>
        runner.StartAsync(
            new CompletionRequest
            {
                UserId = user.Id,
                Key = key.Key,
                Messages = CompletionRequest.Question(request.Content),
                Template = request.Template,
                PromptField = "content",
                ChatId = request.ChatId,
                ParentId = request.ParentId,
                Model = request.Model,
                Temperature = request.Temperature,
                MaxTokens = request.MaxTokens,
                Cache = request.Cache,
                Stream = request.Stream,
                Repeat = request.Repeat,
            },
            cancellationToken);
}
