using CleanLlm.Application.Prompting.Policies;
using CleanLlm.Domain.Prompting;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Prompting;

/// <summary>
/// One step from what a user wrote to what a model reads: it changes the texts of a draft, adds findings, or refuses the prompt. To add one,
/// implement it and register it at its place in <see cref="PromptPipeline"/>'s order (<c>AddPromptStep</c>). A prompt whose step fails is refused,
/// and nothing of it is sent.
/// </summary>
public interface IPromptStep : IPipelineStep
{
    /// <summary>
    /// Whether it reads all texts closely, so that a large prompt costs it a core's time. Such steps come after the others, and wait for the
    /// user's turn with a large prompt, as the fitting of the context does, which follows the last of them.
    /// </summary>
    bool IsCostly => false;

    /// <summary>
    /// Whether it changes what is left after the fitting of the context. Such steps come last of all, and no text may grow by them; the counts of the
    /// draft are theirs to keep.
    /// </summary>
    bool IsOfFitted => false;

    /// <summary>The changed prompt, or why it is refused.</summary>
    /// <param name="draft">The prompt as the step before left it.</param>
    /// <param name="context">User, plan, key, chat and model that it is prepared for.</param>
    /// <param name="mode">How the step is set, never <see cref="StepMode.Off"/>; <see cref="StepMode.Block"/> for one that always runs.</param>
    /// <param name="ct">The caller's: nothing was reserved yet.</param>
    ValueTask<Result<PromptDraft>> ApplyAsync(PromptDraft draft, PromptContext context, StepMode mode, CancellationToken ct);
}
