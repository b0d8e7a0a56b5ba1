using System.Text;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Prompting;

/// <summary>Brings the question and the system prompt into Unicode NFC and removes invisible characters; history was cleaned when it was new.</summary>
internal sealed class SanitizeStep : IPromptStep
{
    public Result<PromptDraft> Apply(PromptDraft draft)
    {
        var question = Clean(draft.Question, out var inQuestion);
        var inSystemPrompt = 0;
        var systemPrompt = draft.SystemPrompt is { } text ? Clean(text, out inSystemPrompt) : null;

        return (draft with { Question = question, SystemPrompt = systemPrompt })
            .With(new Finding("sanitize", "invisible_characters_removed", inQuestion + inSystemPrompt));
    }

    private static string Clean(string text, out int removed) =>
        TextSanitizer.Clean(text, out removed).Normalize(NormalizationForm.FormC);
}
