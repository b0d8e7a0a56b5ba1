using CleanLlm.Application.Ai;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Prompting;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Prompting.Steps;

/// <summary>Refuses a prompt whose length alone says that it cannot fit the model's context window, before anything of it is counted.</summary>
internal sealed class WindowStep(ITokenCounter tokens) : IPromptStep
{
    public ValueTask<Result<PromptDraft>> ApplyAsync(PromptDraft draft, PromptContext context, StepMode mode, CancellationToken ct) =>
        ValueTask.FromResult<Result<PromptDraft>>(
            draft.Model.Expected(PromptPieces.LongestAtLeast(draft, tokens)) is var least && least > draft.MostPromptTokens
                ? CompletionErrors.PromptTooLong(draft.Field, least, draft.Model.ContextWindow)
                : draft);
}
