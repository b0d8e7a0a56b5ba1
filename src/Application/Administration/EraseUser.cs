using CleanLlm.Application.Accounts;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using MediatR;

namespace CleanLlm.Application.Administration;

/// <summary>Erases a user's account and its data, as its owner would. Admins do not do this to themselves.</summary>
/// <param name="UserId">Whose.</param>
public sealed record EraseUser(UserId UserId) : IRequest<Result<Unit>>;

internal sealed class EraseUserHandler(
    IUserRepository users, IAccountErasure erasure, IAccessStates access, IAuditTrail audit, ICurrentUser current)
    : IRequestHandler<EraseUser, Result<Unit>>
{
    public async Task<Result<Unit>> Handle(EraseUser request, CancellationToken ct)
    {
        if (request.UserId == current.Id)
            return AdminErrors.SelfErasure;
        if (await users.FindAsync(request.UserId, ct) is not { } user)
            return AdminErrors.UserNotFound;

        audit.Add(new AuditEvent(AuditActions.Erased, current.Id.Value, user.Id.Value));
        if (await erasure.EraseAsync(user.Id, ct) is { } refusal)
            return refusal == AuthErrors.AccountUnavailable ? AdminErrors.UserNotFound : refusal;

        // The admin may have hung up: the tokens of the account must stop working all the same.
        await access.ForgetAsync(user.Id, CancellationToken.None);
        return Unit.Value;
    }
}
