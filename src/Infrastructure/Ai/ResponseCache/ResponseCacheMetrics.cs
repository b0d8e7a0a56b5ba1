using System.Diagnostics.Metrics;

namespace CleanLlm.Infrastructure.Ai.ResponseCache;

/// <summary>How a call that may be cached was answered.</summary>
internal enum CacheOutcome
{
    /// <summary>From the cache.</summary>
    Hit,

    /// <summary>By an equal call of another caller at the same time.</summary>
    Shared,

    /// <summary>By a call of its own.</summary>
    Miss,
}

/// <summary>
/// Counts <c>cleanllm.response_cache.requests</c> by <c>cleanllm.cache.outcome</c>: the hit ratio is <c>hit</c> and <c>shared</c>
/// over all.
/// </summary>
internal sealed class ResponseCacheMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "CleanLlm.ResponseCache";

    private readonly Counter<long> requests;

    public ResponseCacheMetrics(IMeterFactory meters) =>
        requests = meters.Create(MeterName).CreateCounter<long>(
            "cleanllm.response_cache.requests", "{request}", "Calls that may be cached, by how they were answered.");

    public void Count(CacheOutcome outcome) => requests.Add(1, new KeyValuePair<string, object?>("cleanllm.cache.outcome", outcome switch
    {
        CacheOutcome.Hit => "hit",
        CacheOutcome.Shared => "shared",
        _ => "miss",
    }));
}
