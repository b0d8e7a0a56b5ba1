using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Accounts;

/// <summary>Erases the caller's account and its data; only the ledger's figures remain, under an id that leads to no person.</summary>
public sealed record EraseMe : IRequest<Result<Unit>>;

internal sealed class EraseMeHandler(IAccountErasure erasure, IAccessStates access, IAuditTrail audit, ICurrentUser user)
    : IRequestHandler<EraseMe, Result<Unit>>
{
    public async Task<Result<Unit>> Handle(EraseMe request, CancellationToken ct)
    {
        audit.Add(new AuditEvent(AuditActions.Erased, user.Id.Value, user.Id.Value));
        if (await erasure.EraseAsync(user.Id, ct) is { } refusal)
            return refusal;

        // The caller may have hung up: their tokens must still stop working.
        await access.ForgetAsync(user.Id, CancellationToken.None);
        return Unit.Value;
    }
}
