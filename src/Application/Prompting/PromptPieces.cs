using System.Text.Json;
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

    /// <summary>All that is always sent: system prompt, messages, tools and fields. The history comes on top, as far as it fits.</summary>
    public static IEnumerable<PromptPiece> Of(PromptDraft draft) =>
        [new(TokensPerReply, null), .. draft.Messages.SelectMany(Of), .. Of(draft.Options), .. System(draft.SystemPrompt)];

    /// <summary>The characters of all texts, those of the history too: what counting may have to read.</summary>
    public static long Characters(PromptDraft draft) =>
        Of(draft).Sum(piece => (long)(piece.Text?.Length ?? 0)) + draft.History.Sum(turn => (long)turn.Content.Length);

    /// <summary>A number of tokens that the prompt has at least, without its history; told without counting.</summary>
    public static int AtLeast(PromptDraft draft, ITokenCounter tokens) =>
        Of(draft).Sum(piece => piece.Tokens + (piece.Text is { } text ? tokens.AtLeast(text) : 0));

    /// <summary>The tokens of the prompt without its history; more than <paramref name="most"/>, and no whole count, as soon as there are more.</summary>
    public static int Count(PromptDraft draft, ITokenCounter tokens, int most)
    {
        var count = 0;
        foreach (var (fixedTokens, text) in Of(draft))
        {
            count += fixedTokens + (text is null ? 0 : tokens.Count(text, Math.Max(0, most - count - fixedTokens)));
            if (count > most)
                break;
        }

        return count;
    }

    private static IEnumerable<PromptPiece> System(string? prompt) => prompt is null ? [] : [new(TokensPerMessage, prompt)];

    private static IEnumerable<PromptPiece> Of(ChatMessage message) =>
    [
        new(TokensPerMessage, null),
        .. PromptTexts.Contents(message).Select(content => new PromptPiece(Data(content), null)),
        .. PromptTexts.Of(message).Select(Text),
    ];

    // Data goes by its size and never by its text: a picture in base64 is no text to a model.
    private static int Data(AIContent content) => content switch
    {
        DataContent data when !data.HasTopLevelMediaType("image") => Math.Max(TokensPerPicture, data.Data.Length / BytesPerToken),
        DataContent or UriContent => TokensPerPicture,
        _ => 0,
    };

    // Schemas and fields that only the provider knows are read by the model too, or may be.
    private static IEnumerable<PromptPiece> Of(ChatOptions? options) =>
    [
        .. options?.Tools?.SelectMany(Of) ?? [],
        .. options?.AdditionalProperties?.Values.OfType<JsonElement>().Select(field => Text(field.GetRawText())) ?? [],
    ];

    // Templates of models write a tool as its client described it, with fields we do not know.
    private static IEnumerable<PromptPiece> Of(AITool tool) => tool switch
    {
        ToolDefinition { Definition: var definition } => [new(TokensPerMessage, definition.GetRawText())],
        AIFunctionDeclaration { JsonSchema: { ValueKind: not JsonValueKind.Undefined } schema } =>
            [new(TokensPerMessage, tool.Name), Text(tool.Description), Text(schema.GetRawText())],
        _ => [new(TokensPerMessage, tool.Name), Text(tool.Description)],
    };

    private static PromptPiece Text(string text) => new(0, text);
}

/// <summary>A piece of a prompt.</summary>
/// <param name="Tokens">What is set down for it, whatever its text.</param>
/// <param name="Text">What is counted; null for nothing.</param>
internal readonly record struct PromptPiece(int Tokens, string? Text);
