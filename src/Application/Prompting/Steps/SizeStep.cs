using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Prompting;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Prompting.Steps;

/// <summary>Refuses messages that hold nothing once cleaned, or more than a message may.</summary>
internal sealed class SizeStep : IPromptStep
{
    public ValueTask<Result<PromptDraft>> ApplyAsync(PromptDraft draft, PromptContext context, StepMode mode, CancellationToken ct) =>
        ValueTask.FromResult(Check(draft));

    private static Result<PromptDraft> Check(PromptDraft draft)
    {
        if (draft.IsForEmbeddings ? PromptPieces.Inputs(draft).Any(input => string.IsNullOrWhiteSpace(input.Text)) : IsEmptyQuestion(draft))
            return Error.Invalid(draft.Field, "Must hold visible text.");
        if (draft.Slots.Any(slot => slot is { IsInMessage: true, IsCounted: true } && slot.Text.Length > Message.ContentMaxLength))
            return Error.Invalid(draft.Field, $"At most {Message.ContentMaxLength} characters.");
        return draft;
    }

    private static bool IsEmptyQuestion(PromptDraft draft) =>
        draft.AsksByTextAlone && draft.Slots.All(slot => !slot.IsQuestion || string.IsNullOrWhiteSpace(slot.Text));
}
