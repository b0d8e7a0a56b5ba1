using System.ComponentModel.DataAnnotations;

namespace CleanLlm.Application.Prompting;

/// <summary>Section <c>Prompting</c>: what is put around the users' prompts.</summary>
public sealed record PromptingOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Prompting";

    /// <summary>Instructions that come before every prompt, ahead of a chat's own. Default none.</summary>
    [MaxLength(20_000)]
    public string? SystemPrompt { get; init; }
}
