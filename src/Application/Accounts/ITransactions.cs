using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Accounts;

/// <summary>Lets several ports store all of something, or nothing. A failed result, like an exception, undoes what was stored.</summary>
public interface ITransactions
{
    /// <summary>Does the work in one transaction of the database. Those of one user follow one after another, over all instances.</summary>
    Task<Result<T>> RunForUserAsync<T>(UserId user, Func<Task<Result<T>>> work, CancellationToken ct);

    /// <summary>
    /// Does the work in one transaction of the database. Those that concern which admins and plans there are follow one after another, over all
    /// instances.
    /// </summary>
    Task<Result<T>> RunForAdministrationAsync<T>(Func<Task<Result<T>>> work, CancellationToken ct);
}
