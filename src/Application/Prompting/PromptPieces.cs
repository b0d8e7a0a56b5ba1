using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Prompting;

/// <summary>What a prompt is counted by: its texts, and what is set down for the rest of it.</summary>
internal static class PromptPieces
{
    /// <summary>What chat models add around each message (OpenAI's cookbook on counting chat tokens).</summary>
    public const int TokensPerMessage = 4;

    // What they add before the answer, by the same source.
    private const int TokensPerReply = 3;

    // Close to what OpenAI's models count for one picture of usual size; what it really costs, the provider reports.
    private const int TokensPerPicture = 1000;

    // Of other data, such as a document or speech: a guess on the high side of what models make of it.
    private const int BytesPerToken = 32;

    /// <summary>The characters of all texts, those of the history too: what counting may have to read.</summary>
    public static long Characters(PromptDraft draft) => draft.Slots.Sum(slot => slot.IsCounted ? (long)slot.Text.Length : 0);

    /// <summary>A number of tokens that the prompt has at least, without its history; told without counting.</summary>
    public static int AtLeast(PromptDraft draft, ITokenCounter tokens) =>
        Fixed(draft) + Always(draft).Sum(tokens.AtLeast);

    /// <summary>A number of tokens that the longest text for embeddings has at least; as <see cref="AtLeast"/> for a completion.</summary>
    public static int LongestAtLeast(PromptDraft draft, ITokenCounter tokens) =>
        draft.IsForEmbeddings ? Inputs(draft).Max(input => tokens.AtLeast(input.Text)) : AtLeast(draft, tokens);

    /// <summary>The tokens of the prompt without its history; more than <paramref name="most"/>, and no whole count, as soon as there are more.</summary>
    public static int Count(PromptDraft draft, ITokenCounter tokens, int most)
    {
        var count = Fixed(draft);
        foreach (var text in Always(draft))
        {
            if (count > most)
                break;
            count += tokens.Count(text, Math.Max(0, most - count));
        }

        return count;
    }

    /// <summary>The texts of which embeddings are made.</summary>
    public static IEnumerable<PromptSlot> Inputs(PromptDraft draft) => draft.Slots.Take(draft.Content.Inputs.Count);

    /// <summary>The messages of the history, oldest first.</summary>
    public static IReadOnlyList<PromptSlot> History(PromptDraft draft) => [.. draft.Slots.Where(slot => slot.IsStored)];

    /// <summary>The summary of what may be left out of the history, as it is sent; null for none.</summary>
    public static string? Summary(PromptDraft draft) =>
        draft.Slots.FirstOrDefault(slot => slot.Provenance == TextProvenance.Summary) is { } slot ? HistorySummary.Marked(slot.Text) : null;

    // The texts that are always sent. All instructions go as one.
    private static IEnumerable<string> Always(PromptDraft draft)
    {
        foreach (var slot in draft.IsForEmbeddings ? Inputs(draft) : draft.Slots)
        {
            if (slot is { IsCounted: true, IsStored: false, IsInstruction: false, Provenance: not TextProvenance.Summary })
                yield return slot.Text;
        }

        if (draft.IsForEmbeddings)
            yield break;
        var mark = draft.ParameterMark;
        if (mark is not null)
            yield return ParameterBlocks.Frame(draft.Content.Template!, mark);
        if (SystemPrompt(draft, mark) is { } system)
            yield return system;
    }

    private static string? SystemPrompt(PromptDraft draft, string? mark) =>
        ModelPrompt.SystemPrompt(draft.Slots.Where(slot => slot.IsInstruction).Select(slot => slot.Text), mark);

    private static int Fixed(PromptDraft draft)
    {
        if (draft.IsForEmbeddings)
            return 0;
        var messages = draft.Content.Messages;
        var count = TokensPerReply + (TokensPerMessage * (messages.Count + (draft.Content.Options?.Tools?.Count ?? 0)));
        if (draft.Slots.Any(slot => slot.IsInstruction && !string.IsNullOrWhiteSpace(slot.Text)))
            count += TokensPerMessage;
        foreach (var message in messages)
        {
            foreach (var content in message.Contents)
                count += (MessagePlaces.PartsOf(content)?.Sum(Data) ?? 0) + Data(content);
        }

        return count;
    }

    // Data goes by its size and never by its text: a picture in base64 is no text to a model.
    private static int Data(AIContent content) => content switch
    {
        DataContent data when !data.HasTopLevelMediaType("image") => Math.Max(TokensPerPicture, data.Data.Length / BytesPerToken),
        DataContent or UriContent => TokensPerPicture,
        _ => 0,
    };
}
