using System.ComponentModel.DataAnnotations;
using CleanLlm.Application.Email;

namespace CleanLlm.Infrastructure.Email;

/// <summary>How mail is delivered: the other half of section <c>Email</c>.</summary>
internal sealed record EmailDeliveryOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = EmailOptions.Section;

    /// <summary>Where mails are written without a mail server, below the working folder unless absolute. Default <c>data/outbox</c>.</summary>
    [Required]
    public string OutboxFolder { get; init; } = "data/outbox";

    /// <summary>Mails that may wait, 1 to 100,000; further ones are dropped with a warning. Default 1,000.</summary>
    [Range(1, 100_000)]
    public int QueueCapacity { get; init; } = 1_000;

    /// <summary>How often a mail is tried, 1 to 20. Default 8, which spans about twenty minutes.</summary>
    [Range(1, 20)]
    public int Attempts { get; init; } = 8;

    /// <summary>Seconds from the first failure to the second attempt, 1 to 600; each wait is three times the last. Default 2.</summary>
    [Range(1, 600)]
    public int RetrySeconds { get; init; } = 2;

    /// <summary>Seconds in which the last mails are sent when the process stops, 0 to 60. Default 5.</summary>
    [Range(0, 60)]
    public int DrainSeconds { get; init; } = 5;
}
