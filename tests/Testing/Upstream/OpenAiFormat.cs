using System.Globalization;
using System.Text.Json;

namespace CleanLlm.Testing.Upstream;

/// <summary>As OpenAI's chat completions.</summary>
internal sealed class OpenAiFormat : IAnswerFormat
{
    public string Document(UpstreamCall call, string text, string finish, int? completionTokens) =>
        Completion(call, new { role = "assistant", content = text }, finish, completionTokens);

    public string Empty(UpstreamCall call) =>
        JsonSerializer.Serialize(new { id = "chatcmpl-scripted", model = call.Model, choices = Array.Empty<object>() });

    public string Opening(UpstreamCall call) => Delta(call, new { role = "assistant", content = "" }, null);

    public string Piece(UpstreamCall call, string text) => Delta(call, new { content = text }, null);

    public IEnumerable<string> Ending(UpstreamCall call, string finish, int? completionTokens, bool marked)
    {
        yield return Delta(call, new { }, finish);
        if (completionTokens is { } tokens && call.Body.Contains("\"include_usage\":true", StringComparison.Ordinal))
            yield return JsonSerializer.Serialize(new { id = "chatcmpl-scripted", choices = Array.Empty<object>(), usage = Usage(call, tokens) });
        if (marked)
            yield return "[DONE]";
    }

    public IEnumerable<string> ToolPieces(UpstreamCall call, int calls)
    {
        for (var index = 0; index < calls; index++)
        {
            yield return Delta(call, new { tool_calls = new[] { new { index, id = IdOf(index), type = "function", function = new { name = ToolOf(call), arguments = "" } } } }, null);
            foreach (var piece in UpstreamAnswers.ToolArgumentPieces)
                yield return Delta(call, new { tool_calls = new[] { new { index, function = new { arguments = piece } } } }, null);
        }
    }

    public string ToolDocument(UpstreamCall call, int calls) => Completion(
        call,
        new
        {
            role = "assistant",
            content = (string?)null,
            tool_calls = Enumerable.Range(0, calls).Select(index => new
            {
                id = IdOf(index),
                type = "function",
                function = new { name = ToolOf(call), arguments = string.Concat(UpstreamAnswers.ToolArgumentPieces) },
            }),
        },
        "tool_calls",
        calls);

    private static string Completion(UpstreamCall call, object message, string finish, int? completionTokens) => JsonSerializer.Serialize(new
    {
        id = "chatcmpl-scripted",
        @object = "chat.completion",
        created = 1,
        model = call.Model,
        choices = new[] { new { index = 0, message, finish_reason = finish } },
        usage = completionTokens is { } tokens ? Usage(call, tokens) : null,
    });

    private static string Delta(UpstreamCall call, object delta, string? finish) => JsonSerializer.Serialize(new
    {
        id = "chatcmpl-scripted",
        @object = "chat.completion.chunk",
        created = 1,
        model = call.Model,
        choices = new[] { new { index = 0, delta, finish_reason = finish } },
    }, UpstreamAnswers.Unescaped);

    private static object Usage(UpstreamCall call, int tokens) => new
    {
        prompt_tokens = call.PromptTokens,
        completion_tokens = tokens,
        total_tokens = call.PromptTokens + tokens,
    };

    private static string IdOf(int index) => string.Create(CultureInfo.InvariantCulture, $"call_{index}");

    private static string ToolOf(UpstreamCall call)
    {
        using var body = JsonDocument.Parse(call.Body);
        return body.RootElement.TryGetProperty("tools", out var tools) && tools.GetArrayLength() > 0
            ? tools[0].GetProperty("function").GetProperty("name").GetString()!
            : "unknown";
    }
}
