using System.ComponentModel.DataAnnotations;
using CleanLlm.Application.RateLimiting;
using CleanLlm.Domain.Quotas;

namespace CleanLlm.WebApi.Http;

/// <summary>
/// The section <c>RateLimiting</c>: how often one address may call without a credential, and how often a user may call whose plan says nothing
/// else. Guesses at passwords have their own limits.
/// </summary>
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

    /// <summary>Requests of a user that only read, 1 to 1,000,000 a minute; all of them may come at once. Default 6,000.</summary>
    [Range(1, RequestRate.MaxPerMinute)]
    public int ReadsPerMinute { get; init; } = 6_000;

    /// <summary>Requests of a user that change something, 1 to 1,000,000 a minute. Default 1,200.</summary>
    [Range(1, RequestRate.MaxPerMinute)]
    public int WritesPerMinute { get; init; } = 1_200;

    /// <summary>Requests of a user that ask a model, 1 to 1,000,000 a minute. Default 6,000.</summary>
    [Range(1, RequestRate.MaxPerMinute)]
    public int CompletionsPerMinute { get; init; } = 6_000;

    /// <summary>Requests of a user that check a password, issue a secret, export or erase, 1 to 1,000,000 a minute. Default 200.</summary>
    [Range(1, RequestRate.MaxPerMinute)]
    public int CostlyPerMinute { get; init; } = 200;

    /// <summary>How often a user may send requests of a class whose plan does not say.</summary>
    public RequestRate RateOf(RequestClass requests) => new(requests, requests switch
    {
        RequestClass.Read => ReadsPerMinute,
        RequestClass.Completion => CompletionsPerMinute,
        RequestClass.Costly => CostlyPerMinute,
        _ => WritesPerMinute,
    });

    /// <summary>How often an address may call without a credential.</summary>
    /// <param name="costly">Whether the call makes an account or sends a mail.</param>
    public RateLimit OfAddress(bool costly) => costly
        ? new RateLimit("address-costly", CostlyBurst, TimeSpan.FromSeconds(CostlyRegrowthSeconds))
        : new RateLimit("address", AnonymousBurst, TimeSpan.FromSeconds(AnonymousRegrowthSeconds));
}
