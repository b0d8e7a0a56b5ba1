using System.Threading.RateLimiting;
using CleanLlm.Infrastructure.Ai.Options;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>How many calls a provider gets at once, and how many may wait for a turn.</summary>
internal sealed class ProviderBulkhead(ProviderOptions options, TimeProvider clock) : IDisposable
{
    private readonly ConcurrencyLimiter limiter = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = options.MaxConcurrentCalls,
        QueueLimit = options.MaxQueuedCalls,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>Calls under way.</summary>
    public int InFlight => options.MaxConcurrentCalls - (int)(limiter.GetStatistics()?.CurrentAvailablePermits ?? 0);

    /// <summary>Calls that wait.</summary>
    public int Queued => (int)(limiter.GetStatistics()?.CurrentQueuedCount ?? 0);

    /// <summary>Whether a call would find a place, or may wait for one.</summary>
    /// <param name="isBackground">No caller waits for its answer: it does not queue, and leaves one place to others.</param>
    public bool HasRoom(bool isBackground)
    {
        var now = limiter.GetStatistics();
        return now is null || (isBackground
            ? now.CurrentAvailablePermits > 1
            : now.CurrentAvailablePermits > 0 || now.CurrentQueuedCount < options.MaxQueuedCalls);
    }

    /// <summary>A place, unless all are taken.</summary>
    public RateLimitLease? TryEnter() => Granted(limiter.AttemptAcquire());

    /// <summary>Waits for a place, no longer than a call may queue.</summary>
    /// <returns>Null when none came free in time, or too many wait already.</returns>
    public async Task<RateLimitLease?> WaitAsync(TimeSpan atMost, CancellationToken ct)
    {
        var patience = TimeSpan.FromSeconds(options.QueueSeconds);
        using var limit = new CancellationTokenSource(patience < atMost ? patience : atMost, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            return Granted(await limiter.AcquireAsync(cancellationToken: stop.Token));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return null;
        }
    }

    public void Dispose() => limiter.Dispose();

    private static RateLimitLease? Granted(RateLimitLease lease)
    {
        if (lease.IsAcquired)
            return lease;
        lease.Dispose();
        return null;
    }
}
