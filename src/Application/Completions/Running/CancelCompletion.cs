using CleanLlm.Application.Callers;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Completions.Running;

/// <summary>
/// Ends one of the caller's completions wherever it runs: the call of the model stops within two seconds, and what had been produced
/// is kept and charged. One that has ended stays as it is.
/// </summary>
public sealed record CancelCompletion(CompletionId Id) : IRequest<Result<CompletionDto>>;

internal sealed class CancelCompletionHandler(
    RunningCompletions running, ICompletionStore store, ICompletionQueries completions, CompletionAccess access, ICurrentUser user)
    : IRequestHandler<CancelCompletion, Result<CompletionDto>>
{
    public async Task<Result<CompletionDto>> Handle(CancelCompletion request, CancellationToken cancellationToken)
    {
        if (!await access.AllowsAsync(request.Id, cancellationToken)
            || await completions.FindAsync(request.Id, user.Id, cancellationToken) is not { } completion)
            return CompletionErrors.NotFound;
        if (!running.TryCancel(request.Id))
            await store.RequestCancelAsync(request.Id, cancellationToken);
        return completion;
    }
}
