using System.ComponentModel.DataAnnotations;

namespace CleanLlm.Infrastructure.Ai.Options;

/// <summary>How a failed call is tried again, as long as nothing of its answer has reached the caller.</summary>
internal sealed record RetryOptions
{
    /// <summary>How often all providers of a model are asked in turn; 1 asks each once. 1 to 20; default 4.</summary>
    [Range(1, 20)]
    public int Rounds { get; init; } = 4;

    /// <summary>Milliseconds before the second round, doubled with each one and varied by half. 1 to 60,000; default 200.</summary>
    [Range(1, 60_000)]
    public int BackoffMilliseconds { get; init; } = 200;

    /// <summary>Seconds of a provider's <c>Retry-After</c> that a call waits for; a longer one ends it. 0 to 600; default 10.</summary>
    [Range(0, 600)]
    public double LongestRetryAfterSeconds { get; init; } = 10;
}

/// <summary>When a model of a provider, or all of a provider, is not asked, and for how long.</summary>
internal sealed record BreakerOptions
{
    /// <summary>The share of failed calls that opens the breaker. 0.05 to 1; default 0.9: a provider that often answers is still of use.</summary>
    [Range(0.05, 1)]
    public double FailureRatio { get; init; } = 0.9;

    /// <summary>Seconds over which the share is taken. 1 to 600; default 10.</summary>
    [Range(1, 600)]
    public double SamplingSeconds { get; init; } = 10;

    /// <summary>Fewer calls than this in that time open nothing. 2 to 10,000; default 10.</summary>
    [Range(2, 10_000)]
    public int MinimumCalls { get; init; } = 10;

    /// <summary>Seconds until one call tries whether it works again; doubled each time it does not. 0.5 to 3,600; default 2.</summary>
    [Range(0.5, 3600)]
    public double BreakSeconds { get; init; } = 2;

    /// <summary>The longest such wait in seconds. 0.5 to 3,600; default 30.</summary>
    [Range(0.5, 3600)]
    public double LongestBreakSeconds { get; init; } = 30;
}
