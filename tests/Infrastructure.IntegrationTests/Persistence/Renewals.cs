using CleanLlm.Application.Completions;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Infrastructure.Persistence;
using CleanLlm.Testing;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence;

/// <summary>Renewals of leases. The program gives each two seconds and repeats it; a test does where a busy machine took the two seconds for itself.</summary>
internal static class Renewals
{
    public static Task<IReadOnlySet<CompletionId>> RenewAsync(this ICompletionStore store, params CompletionCheckpoint[] checkpoints) =>
        RepeatedAsync(() => store.CheckpointAsync(checkpoints, default));

    /// <summary>Does something on the connection of renewals until it has succeeded.</summary>
    public static async Task<T> RepeatedAsync<T>(Func<Task<T>> act)
    {
        using var deadline = Patience.Deadline();
        while (true)
        {
            try
            {
                return await act();
            }
            catch (Exception fault) when (!deadline.IsCancellationRequested && new DatabaseFaults().IsTransient(fault))
            {
                // The next attempt comes on another connection.
            }
        }
    }
}
