using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Results;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Prompting;

/// <summary>Refuses messages that hold nothing once cleaned, or more than a message may.</summary>
internal sealed class SizeStep : IPromptStep
{
    public Result<PromptDraft> Apply(PromptDraft draft)
    {
        var last = draft.Messages[^1];
        if (last.Role == ChatRole.User && last.Contents.All(content => content is TextContent) && string.IsNullOrWhiteSpace(last.Text))
            return Error.Invalid(draft.Field, "Must hold visible text.");
        if (draft.Messages.SelectMany(PromptTexts.Of).Any(text => text.Length > Message.ContentMaxLength))
            return Error.Invalid(draft.Field, $"At most {Message.ContentMaxLength} characters.");
        return draft;
    }
}
