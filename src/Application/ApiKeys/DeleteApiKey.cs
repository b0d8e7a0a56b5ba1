using CleanLlm.Application.Callers;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.ApiKeys;

/// <summary>Revokes one of the caller's API keys permanently.</summary>
/// <param name="Id">Which key.</param>
public sealed record DeleteApiKey(ApiKeyId Id) : IRequest<Result<Unit>>;

internal sealed class DeleteApiKeyHandler(ApiKeyRevocation revocation, ICurrentUser user) : IRequestHandler<DeleteApiKey, Result<Unit>>
{
    public Task<Result<Unit>> Handle(DeleteApiKey request, CancellationToken ct) =>
        revocation.RevokeAsync(request.Id, user.Id, new AuditEvent(AuditActions.KeyRevoked, user.Id.Value, request.Id.Value), ct);
}
