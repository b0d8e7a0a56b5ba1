using CleanLlm.Application.Ai;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Prompting;

/// <summary>
/// Fits the prompt into the model's context window: system prompt and what is sent now always stay, the newest turns of the history
/// as far as they fit beside room for an answer, older ones are left out. The one step that costs a core's time, so it comes last and,
/// for a large prompt, in its turn. It ends as soon as the window is passed.
/// </summary>
internal sealed class ContextFitStep(ITokenCounter tokens)
{
    /// <summary>Where any length will do, history leaves one part in so many of the window to the answer.</summary>
    public const int AnswerShare = 4;

    /// <summary>The prompt that fits, with its count of tokens, or why it is refused.</summary>
    public Result<PromptDraft> Apply(PromptDraft draft)
    {
        var window = draft.Model.ContextWindow;
        var used = PromptPieces.Count(draft, tokens, draft.MostPromptTokens);
        if (used > draft.MostPromptTokens)
            return CompletionErrors.PromptTooLong(draft.Field, used, window);

        var room = window - (draft.LengthIsExact ? draft.MaxCompletionTokens : Math.Min(draft.MaxCompletionTokens, window / AnswerShare));
        var kept = draft.History.Count;
        while (kept > 0 && used + Count(draft.History[kept - 1].Content, room - used) is var longer && longer <= room)
            (used, kept) = (longer, kept - 1);

        return (draft with
        {
            History = kept == 0 ? draft.History : [.. draft.History.Skip(kept)],
            PromptTokens = used,
            MaxCompletionTokens = Math.Min(draft.MaxCompletionTokens, window - used),
        }).With(new Finding("context", "older_messages_left_out", kept));
    }

    private int Count(string text, int most) =>
        PromptPieces.TokensPerMessage + tokens.Count(text, Math.Max(0, most - PromptPieces.TokensPerMessage));
}
