using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Prompting;

/// <summary>
/// One step from what a user wrote to what a model reads: it changes the texts of a draft, adds findings, or refuses the prompt. To add one,
/// implement it and register it at its place in <see cref="PromptPipeline"/>'s order (<c>AddPromptPipeline</c>). A step that costs a core's
/// time waits for its turn, as the fitting of the context does, which follows the last of them.
/// </summary>
public interface IPromptStep
{
    /// <summary>The changed prompt, or why it is refused.</summary>
    /// <param name="draft">The prompt as the step before left it.</param>
    /// <param name="context">User, plan, key, chat and model that it is prepared for.</param>
    /// <param name="ct">The caller's: nothing was reserved yet.</param>
    ValueTask<Result<PromptDraft>> ApplyAsync(PromptDraft draft, PromptContext context, CancellationToken ct);
}
