using CleanLlm.Application.Prompting.Policies;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Prompting;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Prompting.Steps;

/// <summary>
/// Brings texts into Unicode NFC and removes invisible characters. What the operator wrote stays, what the chat holds was cleaned when it was
/// new, and arguments of calls and what a model's family signed stay as the model wrote them, or they would not be taken back.
/// </summary>
internal sealed class SanitizeStep : IPromptStep
{
    /// <summary>How it can be set.</summary>
    public static readonly StepPolicy Setting = new("sanitize", StepMode.Redact, StepMode.Redact, StepMode.Block);

    public StepPolicy Policy => Setting;

    public ValueTask<Result<PromptDraft>> ApplyAsync(PromptDraft draft, PromptContext context, StepMode mode, CancellationToken ct)
    {
        var found = 0;
        var cleaned = draft.Map(slot => IsCleaned(slot) ? slot.Clean(Clean) : slot);
        var code = mode == StepMode.Redact ? "invisible_characters_removed" : "invisible_characters";
        return ValueTask.FromResult<Result<PromptDraft>>(
            (mode == StepMode.Redact ? cleaned : draft).With(new Finding(Setting.Step, code, found) { Action = mode }));

        string Clean(string text)
        {
            var clean = TextSanitizer.Normalize(text, out var gone);
            found += gone;
            return clean;
        }
    }

    private static bool IsCleaned(PromptSlot slot) =>
        slot is { IsJson: false, IsStored: false, IsCounted: true, IsOperators: false, Provenance: not TextProvenance.ToolCallArguments };
}
