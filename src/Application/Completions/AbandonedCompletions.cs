using Microsoft.Extensions.Logging;

namespace CleanLlm.Application.Completions;

/// <summary>Closes completions whose instance is gone: what their last checkpoint saw is kept and charged, the rest released.</summary>
public sealed partial class AbandonedCompletions(ICompletionStore store, TimeProvider clock, ILogger<AbandonedCompletions> logger)
{
    private const int Batch = 100;

    /// <summary>Closes all whose lease ended before the given moment.</summary>
    /// <returns>How many this call closed.</returns>
    public async Task<int> CloseAsync(DateTimeOffset leaseEndedBefore, CancellationToken ct)
    {
        var closed = 0;
        while (await store.ListAbandonedAsync(leaseEndedBefore, Batch, ct) is { Count: > 0 } abandoned)
        {
            foreach (var completion in abandoned)
            {
                if (await store.CloseAsync(completion.Interrupt(clock.GetUtcNow()), ct))
                    closed++;
            }
        }

        if (closed > 0)
            LogClosed(logger, closed);
        return closed;
    }

    [LoggerMessage(LogLevel.Warning, "Closed {Count} completions whose instance had gone")]
    private static partial void LogClosed(ILogger logger, int count);
}
