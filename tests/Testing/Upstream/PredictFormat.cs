using System.Text.Json;

namespace CleanLlm.Testing.Upstream;

/// <summary>As docs/ai-contract/openapi.yaml says.</summary>
internal sealed class PredictFormat : IAnswerFormat
{
    public string Document(UpstreamCall call, string text, string finish, int? completionTokens) => completionTokens is { } tokens
        ? Json(new { text, usage = Usage(call, tokens), finishReason = finish })
        : Json(new { text });

    public string Empty(UpstreamCall call) => "{}";

    public string? Opening(UpstreamCall call) => null;

    public string Piece(UpstreamCall call, string text) => Json(new { text });

    public IEnumerable<string> Ending(UpstreamCall call, string finish, int? completionTokens, bool marked)
    {
        if (marked)
            yield return completionTokens is { } tokens ? Json(new { done = true, usage = Usage(call, tokens), finishReason = finish }) : Json(new { done = true });
    }

    public IEnumerable<string> ToolPieces(UpstreamCall call, int calls) => [];

    public string ToolDocument(UpstreamCall call, int calls) => Empty(call);

    private static object Usage(UpstreamCall call, int tokens) => new { promptTokens = call.PromptTokens, completionTokens = tokens };

    private static string Json(object value) => JsonSerializer.Serialize(value, UpstreamAnswers.Unescaped);
}
