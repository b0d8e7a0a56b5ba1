using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Prompting;

/// <summary>
/// One pure step from what a user wrote to what a model reads. To add one, implement it and register it at its place in
/// <see cref="PromptPipeline"/>'s order (<c>AddApplication</c>). A step is cheap: what costs a core's time waits for its turn, as
/// <see cref="ContextFitStep"/> does, which follows the last of them.
/// </summary>
public interface IPromptStep
{
    /// <summary>The changed prompt, or why it is refused.</summary>
    Result<PromptDraft> Apply(PromptDraft draft);
}
