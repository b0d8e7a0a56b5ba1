using CleanLlm.Application.Ai;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using MediatR;

namespace CleanLlm.Application.Administration;

/// <summary>Empties the response cache on every instance; audited.</summary>
public sealed record ClearCache : IRequest<Result<Unit>>;

internal sealed class ClearCacheHandler(IResponseCache cache, IAuditTrail audit, ICurrentUser current) : IRequestHandler<ClearCache, Result<Unit>>
{
    public async Task<Result<Unit>> Handle(ClearCache request, CancellationToken cancellationToken)
    {
        audit.Add(new AuditEvent(AuditActions.CacheCleared, current.Id.Value, SubjectId: null));
        await audit.SaveAsync(cancellationToken);
        return await cache.ClearAsync(cancellationToken) ? Unit.Value : AdminErrors.CacheUnreachable;
    }
}
