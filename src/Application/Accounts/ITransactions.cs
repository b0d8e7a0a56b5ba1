using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Accounts;

/// <summary>Lets several ports store all of something, or nothing.</summary>
public interface ITransactions
{
    /// <summary>Does the work in one transaction of the database; a failed result, like an exception, undoes what it stored.</summary>
    Task<Result<T>> RunAsync<T>(Func<Task<Result<T>>> work, CancellationToken ct);
}
