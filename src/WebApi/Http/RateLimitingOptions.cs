using System.ComponentModel.DataAnnotations;
using CleanLlm.Application.RateLimiting;

namespace CleanLlm.WebApi.Http;

/// <summary>The section <c>RateLimiting</c>: how often one address may call without a credential. Guesses at passwords have their own limits.</summary>
internal sealed record RateLimitingOptions
{
    /// <summary>False turns these limits off. Default true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Anonymous calls at once, 1 to 1,000,000. Default 60.</summary>
    [Range(1, 1_000_000)]
    public int AnonymousBurst { get; init; } = 60;

    /// <summary>Seconds until one more, 0.001 to 86,400. Default 1.</summary>
    [Range(0.001, 86_400)]
    public double AnonymousRegrowthSeconds { get; init; } = 1;

    /// <summary>Calls at once that make an account or send a mail, 1 to 1,000,000. Default 20.</summary>
    [Range(1, 1_000_000)]
    public int CostlyBurst { get; init; } = 20;

    /// <summary>Seconds until one more, 0.001 to 86,400. Default 30.</summary>
    [Range(0.001, 86_400)]
    public double CostlyRegrowthSeconds { get; init; } = 30;

    /// <summary>The limit of a call.</summary>
    public RateLimit Of(bool costly) => costly
        ? new RateLimit("address-costly", CostlyBurst, TimeSpan.FromSeconds(CostlyRegrowthSeconds))
        : new RateLimit("address", AnonymousBurst, TimeSpan.FromSeconds(AnonymousRegrowthSeconds));
}
