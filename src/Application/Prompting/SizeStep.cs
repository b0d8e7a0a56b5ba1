using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Prompting;

/// <summary>Refuses a question that is empty once cleaned, or longer than a message may be.</summary>
internal sealed class SizeStep : IPromptStep
{
    public Result<PromptDraft> Apply(PromptDraft draft)
    {
        if (string.IsNullOrWhiteSpace(draft.Question))
            return Error.Invalid(draft.Field, "Must hold visible text.");
        if (draft.Question.Length > Message.ContentMaxLength)
            return Error.Invalid(draft.Field, $"At most {Message.ContentMaxLength} characters.");
        return draft;
    }
}
