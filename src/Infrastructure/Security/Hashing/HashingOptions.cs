using System.ComponentModel.DataAnnotations;

namespace CleanLlm.Infrastructure.Security.Hashing;

/// <summary>How much hashing of passwords one instance does: section <c>Auth:Hashing</c>.</summary>
internal sealed record HashingOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Auth:Hashing";

    /// <summary>Passwords that are hashed at once, 1 to 256. Default one for each core.</summary>
    [Range(1, 256)]
    public int? AtOnce { get; init; }

    /// <summary>Requests that may wait for it, 1 to 100,000. Default 1,024.</summary>
    [Range(1, 100_000)]
    public int MaxWaiting { get; init; } = 1_024;

    /// <summary>How many of them may be of one signed-in user, or of one network without a user, 1 to 100,000. Default 64.</summary>
    [Range(1, 100_000)]
    public int MaxWaitingOfOne { get; init; } = 64;
}
