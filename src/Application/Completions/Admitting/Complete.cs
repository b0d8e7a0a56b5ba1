using CleanLlm.Application.Callers;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Completions.Admitting;

/// <summary>Asks one question outside any chat.</summary>
public sealed record Complete(
    string Prompt, string? Model, float? Temperature, int? MaxTokens, bool Store, bool? Cache, bool Stream, RepeatableRequest? Repeat = null)
    : IRequest<Result<StartedCompletion>>, ICompletionTerms;

internal sealed class CompleteValidator() : CompletionTermsValidator<Complete>(request => request.Prompt);

internal sealed class CompleteHandler(CompletionRunner runner, ICurrentUser user, ICurrentApiKey key) : IRequestHandler<Complete, Result<StartedCompletion>>
{
    public Task<Result<StartedCompletion>> Handle(Complete request, CancellationToken cancellationToken) =>
        runner.StartAsync(
            new CompletionRequest
            {
                UserId = user.Id,
                Key = key.Key,
                Messages = CompletionRequest.Question(request.Prompt),
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
