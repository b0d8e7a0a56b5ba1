using CleanLlm.Application.Ai;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Prompting;

/// <summary>
/// Fits the prompt into the model's context window: system prompt and what is sent now always stay, of the history the newest turns
/// (<see cref="HistoryCut"/>) beside room for an answer; a summary stands in the place of older ones, or they are left out. Texts for
/// embeddings each have the window to themselves. It costs a core's time, so it follows the steps and, for a large prompt, comes in its turn. It
/// ends as soon as the window is passed.
/// </summary>
internal sealed class ContextFitting(ITokenCounter tokens)
{
    /// <summary>The name of its findings.</summary>
    public const string Step = "context";

    /// <summary>Where any length will do, history leaves one part in so many of the window to the answer.</summary>
    public const int AnswerShare = 4;

    // A summary is asked for a little before it is needed, when so much of the room, and so many messages, are in use.
    private const double EarlyShare = 0.875;
    private const int EarlyMessages = 160;

    // One long question is no reason to summarise more than its chat will need.
    private const int UsualShare = 4;

    /// <summary>The prompt that fits, with its count of tokens, or why it is refused.</summary>
    public Result<PromptDraft> Apply(PromptDraft draft)
    {
        if (draft.IsForEmbeddings)
            return ApplyToInputs(draft);

        var model = draft.Model;
        var most = model.Counted(draft.MostPromptTokens);
        var used = PromptPieces.Count(draft, tokens, most);
        if (used > most)
            return CompletionErrors.PromptTooLong(draft.Field, model.Expected(used), model.ContextWindow);

        var room = model.Counted(
            model.ContextWindow - (draft.LengthIsExact ? draft.MaxCompletionTokens : Math.Min(draft.MaxCompletionTokens, model.ContextWindow / AnswerShare)));
        var fitted = FitHistory(draft, used, room);

        // What the provider said of an earlier prompt of the chat tells more than our own count alone.
        var measure = draft.Content.History.LastOrDefault(message => message.Prompt is not null).Prompt;
        var counted = fitted.CountedPromptTokens;
        var expected = Math.Min(measure?.Expect(model.Id, counted) ?? model.Expected(counted), draft.MostPromptTokens);
        return fitted with
        {
            PromptTokens = expected,
            MaxCompletionTokens = Math.Min(draft.MaxCompletionTokens, model.ContextWindow - expected),
        };
    }

    private PromptDraft FitHistory(PromptDraft draft, int used, int room)
    {
        var content = draft.Content;
        var history = content.History;
        var costs = Costs(PromptPieces.History(draft), room - used);
        var begin = HistoryCut.Find(history, costs, used, room);
        var isWhole = content.HistoryLeftOut == 0 && costs.All(cost => cost != int.MaxValue);
        var (ofSummary, isSummarized) = (0, false);
        if (!isWhole && PromptPieces.Summary(draft) is { } summary)
        {
            ofSummary = tokens.Count(summary, Math.Max(0, room - used));
            isSummarized = used + ofSummary <= room;
            if (isSummarized)
                (used, begin) = (used + ofSummary, BehindSummary(content, costs, used + ofSummary, room));
        }

        var leftOut = isSummarized ? begin - content.Summarized : begin + content.HistoryLeftOut;
        return (draft with
        {
            HistoryLeftOut = begin,
            IsSummarized = isSummarized,
            SummaryDue = SummaryDue(content, costs, used, room),
            CountedPromptTokens = used + costs.AsSpan(begin).ToArray().Sum(),
        })
            .With(new Finding(Step, "older_messages_left_out", leftOut))
            .With(new Finding(Step, "older_messages_summarized", isSummarized ? content.Summary!.Messages : 0));
    }

    // Where the summary ends, as long as what follows fits.
    private static int BehindSummary(PromptContent content, int[] costs, int used, int room)
    {
        var end = Math.Max(0, content.Summarized);
        return Sum(costs.AsSpan(end)) + used <= room ? end : HistoryCut.Find(content.History, costs, used, room);
    }

    private static MessageId? SummaryDue(PromptContent content, int[] costs, int used, int room)
    {
        var early = (int)(room * EarlyShare);
        var begin = Math.Max(
            HistoryCut.Find(content.History, costs, Math.Min(used, early / UsualShare), early),
            HistoryCut.FindByNumber(content.History, EarlyMessages));
        return begin > 0 && begin < content.History.Count && begin > content.Summarized ? content.History[begin - 1].Id : null;
    }

    /// <summary>What each message takes; <see cref="int.MaxValue"/> for those before the room has been passed, which are not counted.</summary>
    private int[] Costs(IReadOnlyList<PromptSlot> history, int room)
    {
        var costs = new int[history.Count];
        Array.Fill(costs, int.MaxValue);
        for (var i = history.Count - 1; i >= 0 && Count(history[i].Text, room) is var cost && cost <= room; i--)
            (costs[i], room) = (cost, room - cost);
        return costs;
    }

    private static long Sum(ReadOnlySpan<int> costs)
    {
        long sum = 0;
        foreach (var cost in costs)
            sum += cost;
        return sum;
    }

    private Result<PromptDraft> ApplyToInputs(PromptDraft draft)
    {
        var most = draft.Model.Counted(draft.MostPromptTokens);
        var sum = 0;
        foreach (var input in PromptPieces.Inputs(draft))
        {
            var count = tokens.Count(input.Text, most);
            if (count > most)
                return CompletionErrors.PromptTooLong(draft.Field, draft.Model.Expected(count), draft.Model.ContextWindow);
            sum += count;
        }

        return draft with { PromptTokens = draft.Model.Expected(sum) };
    }

    private int Count(string text, int most) =>
        PromptPieces.TokensPerMessage + tokens.Count(text, Math.Max(0, most - PromptPieces.TokensPerMessage));
}
