namespace CleanLlm.WebApi.FunctionalTests.Contract;

/// <summary>What this process allocates for a piece of work.</summary>
internal static class Allocations
{
    private const int Attempts = 20;

    /// <summary>Bytes, the least of several attempts, since other parts of this process allocate too; no more attempts once it is below the bound.</summary>
    public static async Task<long> LeastAsync(Func<Task> work, long bound)
    {
        var least = long.MaxValue;
        for (var attempt = 0; attempt < Attempts && least >= bound; attempt++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await work();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return least;
    }
}
