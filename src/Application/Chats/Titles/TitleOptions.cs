using System.ComponentModel.DataAnnotations;

namespace CleanLlm.Application.Chats.Titles;

/// <summary>Section <c>Titles</c>: how chats without a title get one.</summary>
public sealed record TitleOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Titles";

    /// <summary>Whether a chat without a title gets one after its first answer. Default true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>
    /// Whether the first words of the question are the title, so that no model is asked and nothing is charged. Default: only when
    /// every provider is simulated, as a simulated model would give every chat the same title.
    /// </summary>
    public bool? FromQuestion { get; set; }

    /// <summary>
    /// The longest answer of the model that writes a title, in tokens, its thinking included; an answer that is cut off there gives no
    /// title. Models that do not think end by themselves after a few. 16 to 100,000; default 1,024.
    /// </summary>
    [Range(16, 100_000)]
    public int MaxTokens { get; init; } = 1_024;

    /// <summary>How many chats may wait for a title; more get none. 1 to 100,000; default 1,000.</summary>
    [Range(1, 100_000)]
    public int QueueCapacity { get; init; } = 1_000;
}
