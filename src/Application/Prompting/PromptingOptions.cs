using System.ComponentModel.DataAnnotations;
using CleanLlm.Application.Settings;

namespace CleanLlm.Application.Prompting;

/// <summary>Section <c>Prompting</c>: what is put around the users' prompts.</summary>
public sealed record PromptingOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Prompting";

    /// <summary>Instructions that come before every prompt, ahead of a chat's own. Default none.</summary>
    [MaxLength(20_000)]
    [Secret]
    public string? SystemPrompt { get; init; }

    /// <summary>
    /// From how many characters on, all texts together, a prompt is large: whether its user has quota left is looked at before its tokens
    /// are counted, and it is counted in its turn. Default 32,768.
    /// </summary>
    [Range(1024, 16 * 1024 * 1024)]
    public int LargeCharacters { get; init; } = 32 * 1024;

    /// <summary>Large prompts that are counted at once on one instance; null for half as many as there are cores, at least one. Default null.</summary>
    [Range(1, 1024)]
    public int? LargeAtOnce { get; init; }

    /// <summary>Large prompts of one user that may wait for their turn; one more is answered 503 <c>prompt.busy</c>. Default 8.</summary>
    [Range(1, 10_000)]
    public int LargeWaitingOfOne { get; init; } = 8;

    /// <summary>Large prompts of all users that may wait for their turn on one instance; one more is answered 503 <c>prompt.busy</c>. Default 64.</summary>
    [Range(1, 100_000)]
    public int LargeWaiting { get; init; } = 64;
}
