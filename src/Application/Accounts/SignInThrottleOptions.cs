using System.ComponentModel.DataAnnotations;
using CleanLlm.Application.RateLimiting;

namespace CleanLlm.Application.Accounts;

/// <summary>How many guesses at a password are evaluated: section <c>Auth:Throttle</c>.</summary>
public sealed record SignInThrottleOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Auth:Throttle";

    /// <summary>Guesses at one account from one address at once, 1 to 1,000. Default 5.</summary>
    [Range(1, 1_000)]
    public int AddressBurst { get; init; } = 5;

    /// <summary>Seconds until that address has one more guess, 1 to 86,400. Default 180.</summary>
    [Range(1, 86_400)]
    public int AddressRegrowthSeconds { get; init; } = 180;

    /// <summary>Guesses at one account at once from all addresses together that it is not familiar with, 1 to 1,000. Default 8.</summary>
    [Range(1, 1_000)]
    public int AccountBurst { get; init; } = 8;

    /// <summary>Seconds until they have one more guess, 1 to 86,400. Default 450: with the burst, 10 in any quarter of an hour.</summary>
    [Range(1, 86_400)]
    public int AccountRegrowthSeconds { get; init; } = 450;

    /// <summary>Days for which an account stays familiar with an address that it signed in from, 1 to 365. Default 90.</summary>
    [Range(1, 365)]
    public int FamiliarDays { get; init; } = 90;

    internal RateLimit OfAddress => new("sign-in-address", AddressBurst, TimeSpan.FromSeconds(AddressRegrowthSeconds));

    internal RateLimit OfAccount => new("sign-in-account", AccountBurst, TimeSpan.FromSeconds(AccountRegrowthSeconds));
}
