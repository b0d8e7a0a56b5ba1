using System.Text.Json;

namespace CleanLlm.Testing.Upstream;

/// <summary>One call as it arrived.</summary>
/// <param name="Model">The model's name, which is also the script.</param>
/// <param name="Messages">Role and content, in order.</param>
/// <param name="Stream">Server-sent events were asked for.</param>
/// <param name="MaxTokens">The bound of the answer; null when none was sent.</param>
/// <param name="Authorization">The header as sent.</param>
/// <param name="Body">The whole JSON body.</param>
public sealed record UpstreamCall(
    string Model, IReadOnlyList<(string Role, string Content)> Messages, bool Stream, int? MaxTokens, string Authorization, string Body)
{
    /// <summary>The headers it came with, by their names in lower case.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The words of all messages: what the prompt is charged, which is never more than its o200k tokens.</summary>
    public int PromptTokens => Messages.Sum(m => WordsOf(m.Content));

    /// <summary>The number of words between white space.</summary>
    public static int WordsOf(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;

    internal static Dictionary<string, string> HeadersOf(Microsoft.AspNetCore.Http.HttpRequest request) =>
        request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString(), StringComparer.Ordinal);

    internal static UpstreamCall Read(JsonElement body, string authorization) => new(
        body.GetProperty("model").GetString()!,
        [.. body.GetProperty("messages").EnumerateArray().Select(m => (m.GetProperty("role").GetString()!, TextOf(m.GetProperty("content"))))],
        body.TryGetProperty("stream", out var stream) && stream.GetBoolean(),
        body.TryGetProperty("max_tokens", out var max) || body.TryGetProperty("max_completion_tokens", out max) ? max.GetInt32() : null,
        authorization,
        body.GetRawText());

    /// <summary>Text as it is; of several parts those of text.</summary>
    private static string TextOf(JsonElement content) => content.ValueKind switch
    {
        JsonValueKind.String => content.GetString()!,
        JsonValueKind.Array => string.Join(' ', content.EnumerateArray().Select(part => part.TryGetProperty("text", out var text) ? text.GetString() : "")),
        _ => "",
    };
}
