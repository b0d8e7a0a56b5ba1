using System.ComponentModel.DataAnnotations;
using CleanLlm.Domain.Chats;

namespace CleanLlm.Application.Chats.Summaries;

/// <summary>Section <c>Summaries</c>: how the oldest messages of long chats are summarised, for plans that say <c>History: summarize</c>.</summary>
public sealed record SummaryOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Summaries";

    /// <summary>
    /// The model that writes summaries, by its id or an alias; a plan that does not allow it has none. Default none: then no summary is
    /// written, and older messages are left out.
    /// </summary>
    [MinLength(1), MaxLength(Chat.ModelMaxLength)]
    public string? Model { get; init; }

    /// <summary>The longest summary, in tokens, the model's thinking included. It is asked for a third of that in words. 64 to 4,096; default 1,024.</summary>
    [Range(64, 4_096)]
    public int MaxTokens { get; init; } = 1_024;

    /// <summary>How many chats may wait for a summary; others get theirs later. 1 to 100,000; default 1,000.</summary>
    [Range(1, 100_000)]
    public int QueueCapacity { get; init; } = 1_000;
}
