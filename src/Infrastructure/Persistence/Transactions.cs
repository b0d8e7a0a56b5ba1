using CleanLlm.Application.Accounts;
using CleanLlm.Domain.Results;

namespace CleanLlm.Infrastructure.Persistence;

internal sealed class Transactions(AppDbContext database, AuditChain chain) : ITransactions
{
    public async Task<Result<T>> RunAsync<T>(Func<Task<Result<T>>> work, CancellationToken ct)
    {
        await using var transaction = await chain.BeginAsync(database, ct);
        var outcome = await work();
        if (outcome.IsSuccess)
        {
            // What follows must know whether it was stored, also when the caller has hung up.
            await transaction.CommitAsync(CancellationToken.None);
        }
        else
        {
            database.ChangeTracker.Clear();
        }

        return outcome;
    }
}
