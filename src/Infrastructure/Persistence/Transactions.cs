using CleanLlm.Application.Accounts;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;

namespace CleanLlm.Infrastructure.Persistence;

internal sealed class Transactions(AppDbContext database) : ITransactions
{
    public Task<Result<T>> RunForUserAsync<T>(UserId user, Func<Task<Result<T>>> work, CancellationToken ct) =>
        RunAsync(() => database.LockUserAsync(user, ct), work, ct);

    public Task<Result<T>> RunForAdministrationAsync<T>(Func<Task<Result<T>>> work, CancellationToken ct) =>
        RunAsync(() => database.LockAdministrationAsync(ct), work, ct);

    private async Task<Result<T>> RunAsync<T>(Func<Task> takeLock, Func<Task<Result<T>>> work, CancellationToken ct)
    {
        await using var transaction = await AuditedTransaction.BeginAsync(database, ct);
        await takeLock();
        var outcome = await work();
        if (outcome.IsSuccess)
            await transaction.CommitAsync();
        else
            database.ChangeTracker.Clear();
        return outcome;
    }
}
