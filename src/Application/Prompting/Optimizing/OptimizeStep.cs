using CleanLlm.Application.Ai;
using CleanLlm.Application.Prompting.Policies;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Prompting;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Prompting.Optimizing;

/// <summary>
/// Takes out of what is sent what costs tokens and says nothing: repeated whitespace, and long passages that stood in the prompt before. It follows the
/// fitting of the context, since a passage may be referred to only where it is sent. A text is optimised by those before it, so it stays the same from
/// turn to turn. Texts for embeddings stay as they are: each has its vector.
/// </summary>
internal sealed class OptimizeStep(ITokenCounter tokens) : IPromptStep
{
    /// <summary>How it can be set.</summary>
    public static readonly StepPolicy Setting = new("optimize", StepMode.Off, StepMode.Redact);

    public StepPolicy Policy => Setting;

    public bool IsOfFitted => true;

    public ValueTask<Result<PromptDraft>> ApplyAsync(PromptDraft draft, PromptContext context, StepMode mode, CancellationToken ct)
    {
        if (draft.IsForEmbeddings)
            return ValueTask.FromResult<Result<PromptDraft>>(draft);
        var passages = new RepeatedPassages();
        var (saved, stored) = (0, 0);
        var optimized = draft.Map(slot =>
        {
            ct.ThrowIfCancellationRequested();
            if (!IsOptimized(slot) || (slot.IsStored && stored++ < draft.HistoryLeftOut))
                return slot;
            var changed = slot.Rewrite(text => passages.Replace(slot.Provenance == TextProvenance.ToolResult ? text : Whitespace.Remove(text)));
            if (!ReferenceEquals(changed, slot))
                saved += tokens.Count(slot.Text) - tokens.Count(changed.Text);
            return changed;
        });
        if (ReferenceEquals(optimized, draft))
            return ValueTask.FromResult<Result<PromptDraft>>(draft);
        saved = Math.Max(0, saved);
        var told = (mode == StepMode.Redact ? Sent(optimized, saved) : draft).With(
            new Finding(Setting.Step, mode == StepMode.Redact ? "tokens_saved" : "tokens_to_save", saved) { Action = mode });
        return ValueTask.FromResult<Result<PromptDraft>>(told);
    }

    private static PromptDraft Sent(PromptDraft draft, int saved) => draft with
    {
        PromptTokens = Math.Max(1, draft.PromptTokens - draft.Model.Expected(saved)),
        CountedPromptTokens = draft.CountedPromptTokens - saved,
    };

    // What a tool gave back is often a file that is to be changed by its exact text, so its whitespace stays. What a model signed stays as it is.
    private static bool IsOptimized(PromptSlot slot) => slot is
    {
        IsJson: false,
        IsCounted: true,
        IsSigned: false,
        Provenance: TextProvenance.User or TextProvenance.History or TextProvenance.ToolResult,
    };
}
