using CleanLlm.Application.Callers;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Completions.Queries;

/// <summary>One completion of the caller, whatever state it is in.</summary>
public sealed record GetCompletion(CompletionId Id) : IRequest<Result<CompletionDto>>;

internal sealed class GetCompletionHandler(ICompletionQueries completions, CompletionAccess access, ICurrentUser user)
    : IRequestHandler<GetCompletion, Result<CompletionDto>>
{
    public async Task<Result<CompletionDto>> Handle(GetCompletion request, CancellationToken cancellationToken) =>
        await access.AllowsAsync(request.Id, cancellationToken)
        && await completions.FindAsync(request.Id, user.Id, cancellationToken) is { } completion
            ? completion
            : CompletionErrors.NotFound;
}
