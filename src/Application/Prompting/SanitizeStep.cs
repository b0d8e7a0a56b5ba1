using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Prompting;

/// <summary>Brings the messages and the system prompt into Unicode NFC and removes invisible characters; history was cleaned when it was new.</summary>
internal sealed class SanitizeStep : IPromptStep
{
    public Result<PromptDraft> Apply(PromptDraft draft)
    {
        var removed = 0;
        var messages = PromptTexts.Map(draft.Messages, Clean);
        var systemPrompt = draft.SystemPrompt is { } text ? Clean(text) : null;
        return (draft with { Messages = messages, SystemPrompt = systemPrompt })
            .With(new Finding("sanitize", "invisible_characters_removed", removed));

        string Clean(string text)
        {
            var clean = TextSanitizer.Normalize(text, out var gone);
            removed += gone;
            return clean;
        }
    }
}
