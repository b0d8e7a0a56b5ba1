using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;

namespace CleanLlm.Application.Accounts;

/// <summary>Erases accounts.</summary>
public interface IAccountErasure
{
    /// <summary>
    /// Closes what the user has running, with what its last checkpoint saw, and then erases in one transaction all that is
    /// theirs, together with the pending lines of the audit log. Ledger entries keep their figures under a fresh random id, and
    /// lines of the audit log about the user lose their details.
    /// </summary>
    /// <returns>Null; or, with nothing erased, <see cref="AuthErrors.AccountUnavailable"/> or <see cref="AdminErrors.LastAdmin"/>.</returns>
    Task<Error?> EraseAsync(UserId user, CancellationToken ct);
}
