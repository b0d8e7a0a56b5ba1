using CleanLlm.Application.Ai;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Prompting;

/// <summary>
/// Fits the prompt into the model's context window: system prompt and what is sent now always stay, the newest turns of the history
/// as far as they fit beside room for an answer, older ones are left out. Texts for embeddings each have the window to themselves. The one
/// step that costs a core's time, so it comes last and, for a large prompt, in its turn. It ends as soon as the window is passed.
/// </summary>
internal sealed class ContextFitting(ITokenCounter tokens)
{
    /// <summary>Where any length will do, history leaves one part in so many of the window to the answer.</summary>
    public const int AnswerShare = 4;

    /// <summary>The prompt that fits, with its count of tokens, or why it is refused.</summary>
    public Result<PromptDraft> Apply(PromptDraft draft)
    {
        if (draft.IsForEmbeddings)
            return ApplyToInputs(draft);

        var window = draft.Model.ContextWindow;
        var used = PromptPieces.Count(draft, tokens, draft.MostPromptTokens);
        if (used > draft.MostPromptTokens)
            return CompletionErrors.PromptTooLong(draft.Field, used, window);

        var history = PromptPieces.History(draft);
        var room = window - (draft.LengthIsExact ? draft.MaxCompletionTokens : Math.Min(draft.MaxCompletionTokens, window / AnswerShare));
        var leftOut = history.Count;
        while (leftOut > 0 && used + Count(history[leftOut - 1].Text, room - used) is var longer && longer <= room)
            (used, leftOut) = (longer, leftOut - 1);

        // What the provider said of an earlier prompt of the chat tells more than our own count alone.
        var measure = draft.Content.History.LastOrDefault(message => message.Prompt is not null).Prompt;
        var expected = Math.Min(measure?.Expect(draft.Model.Id, used) ?? used, draft.MostPromptTokens);
        return (draft with
        {
            HistoryLeftOut = leftOut,
            PromptTokens = expected,
            CountedPromptTokens = used,
            MaxCompletionTokens = Math.Min(draft.MaxCompletionTokens, window - expected),
        }).With(new Finding("context", "older_messages_left_out", leftOut));
    }

    private Result<PromptDraft> ApplyToInputs(PromptDraft draft)
    {
        var sum = 0;
        foreach (var input in PromptPieces.Inputs(draft))
        {
            var count = tokens.Count(input.Text, draft.MostPromptTokens);
            if (count > draft.MostPromptTokens)
                return CompletionErrors.PromptTooLong(draft.Field, count, draft.Model.ContextWindow);
            sum += count;
        }

        return draft with { PromptTokens = sum };
    }

    private int Count(string text, int most) =>
        PromptPieces.TokensPerMessage + tokens.Count(text, Math.Max(0, most - PromptPieces.TokensPerMessage));
}
