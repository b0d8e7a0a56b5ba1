using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Prompting.Steps;

/// <summary>
/// Brings texts into Unicode NFC and removes invisible characters. What the operator wrote stays, what the chat holds was cleaned when it was
/// new, and arguments of calls and what a model's family signed stay as the model wrote them, or they would not be taken back.
/// </summary>
internal sealed class SanitizeStep : IPromptStep
{
    public ValueTask<Result<PromptDraft>> ApplyAsync(PromptDraft draft, PromptContext context, CancellationToken ct)
    {
        var removed = 0;
        var cleaned = draft.Map(slot => IsCleaned(slot) ? slot.Clean(Clean) : slot)
            .With(new Finding("sanitize", "invisible_characters_removed", removed));
        return ValueTask.FromResult<Result<PromptDraft>>(cleaned);

        string Clean(string text)
        {
            var clean = TextSanitizer.Normalize(text, out var gone);
            removed += gone;
            return clean;
        }
    }

    private static bool IsCleaned(PromptSlot slot) =>
        slot is { IsJson: false, IsStored: false, IsCounted: true, Provenance: not (TextProvenance.OperatorSystemPrompt or TextProvenance.ToolCallArguments) };
}
