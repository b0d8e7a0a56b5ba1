using System.Text.Json;
using CleanLlm.Application.Ai;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Results;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Prompting;

/// <summary>
/// Fits the prompt into the model's context window: system prompt and what is sent now always stay, the newest turns of the history
/// as far as they fit beside room for an answer, older ones are left out.
/// </summary>
internal sealed class ContextFitStep(ITokenCounter tokens) : IPromptStep
{
    // What chat models add around each message and before the answer (OpenAI's cookbook on counting chat tokens).
    private const int TokensPerMessage = 4;
    private const int TokensPerReply = 3;

    // Close to what OpenAI's models count for one picture of usual size; what it really costs, the provider reports.
    private const int TokensPerPicture = 1000;

    // Of other data, such as a document or speech: a guess on the high side of what models make of it.
    private const int BytesPerToken = 32;

    // Without a wish of the caller, history leaves a quarter of the window to the answer.
    private const int AnswerShare = 4;

    public Result<PromptDraft> Apply(PromptDraft draft)
    {
        var window = draft.Model.ContextWindow;
        var used = TokensPerReply + draft.Messages.Sum(Count) + CountOptions(draft.Options) + (draft.SystemPrompt is { } system ? Count(system) : 0);
        if (used + (draft.LengthIsExact ? draft.MaxCompletionTokens : 1) > window)
            return CompletionErrors.PromptTooLong(draft.Field, used, window);

        var room = window - (draft.LengthIsExact ? draft.MaxCompletionTokens : Math.Min(draft.MaxCompletionTokens, window / AnswerShare));
        var kept = draft.History.Count;
        while (kept > 0 && used + Count(draft.History[kept - 1].Content) is var longer && longer <= room)
            (used, kept) = (longer, kept - 1);

        return (draft with
        {
            History = kept == 0 ? draft.History : [.. draft.History.Skip(kept)],
            PromptTokens = used,
            MaxCompletionTokens = Math.Min(draft.MaxCompletionTokens, window - used),
        }).With(new Finding("context", "older_messages_left_out", kept));
    }

    private int Count(string text) => TokensPerMessage + tokens.Count(text);

    private int Count(ChatMessage message) => TokensPerMessage
        + PromptTexts.Of(message).Sum(tokens.Count)
        + message.Contents.Sum(Count);

    private static int Count(AIContent content) => content switch
    {
        DataContent data when !data.HasTopLevelMediaType("image") => Math.Max(TokensPerPicture, data.Data.Length / BytesPerToken),
        DataContent or UriContent => TokensPerPicture,
        _ => 0,
    };

    // Schemas and fields that only the provider knows are read by the model too, or may be.
    private int CountOptions(ChatOptions? options) => options is null
        ? 0
        : (options.Tools?.Sum(CountTool) ?? 0)
            + (options.AdditionalProperties?.Values.Sum(value => value is JsonElement field ? tokens.Count(field.GetRawText()) : 0) ?? 0);

    private int CountTool(AITool tool) => TokensPerMessage
        + tokens.Count(tool.Name)
        + tokens.Count(tool.Description)
        + (tool is AIFunctionDeclaration { JsonSchema: { ValueKind: not JsonValueKind.Undefined } schema } ? tokens.Count(schema.GetRawText()) : 0);
}
