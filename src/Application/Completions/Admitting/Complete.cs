using CleanLlm.Application.Callers;
using CleanLlm.Application.Templates;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Completions.Admitting;

/// <summary>Asks one question outside any chat.</summary>
public sealed record Complete(
    string Prompt, string? Model, float? Temperature, int? MaxTokens, bool Store, bool? Cache, bool Stream, RepeatableRequest? Repeat = null)
    : IRequest<Result<StartedCompletion>>, IQuestionTerms
{
    /// <inheritdoc />
    public string Question => Prompt;

    /// <inheritdoc />
    public TemplateCall? Template { get; init; }
}

internal sealed class CompleteValidator() : QuestionTermsValidator<Complete>("prompt");

internal sealed class CompleteHandler(CompletionRunner runner, ICurrentUser user, ICurrentApiKey key) : IRequestHandler<Complete, Result<StartedCompletion>>
{
    public Task<Result<StartedCompletion>> Handle(Complete request, CancellationToken cancellationToken) =>
        runner.StartAsync(
            new CompletionRequest
            {
                UserId = user.Id,
                Key = key.Key,
                Messages = CompletionRequest.Question(request.Prompt),
                Template = request.Template,
                PromptField = "prompt",
                Model = request.Model,
                Temperature = request.Temperature,
                MaxTokens = request.MaxTokens,
                Store = request.Store,
                Cache = request.Cache,
                Stream = request.Stream,
                Repeat = request.Repeat,
            },
            cancellationToken);
}
