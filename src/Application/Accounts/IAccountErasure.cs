using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;

namespace CleanLlm.Application.Accounts;

/// <summary>Erases accounts.</summary>
public interface IAccountErasure
{
    /// <summary>
    /// Closes what the user has running, with what its last checkpoint saw, and ends the account in one short transaction with the
    /// pending lines of the audit log: from then on it is absent for everyone, and its address is free. All else that is theirs is
    /// removed in the background. Ledger entries keep their figures under a fresh random id, and lines of the audit log about the
    /// user lose their details. After a failure it can be asked again.
    /// </summary>
    /// <returns>Null; or, with the account left, <see cref="AuthErrors.AccountUnavailable"/> or <see cref="AdminErrors.LastAdmin"/>.</returns>
    Task<Error?> EraseAsync(UserId user, CancellationToken ct);
}
