using System.Collections.Frozen;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.Calls;

/// <summary>
/// What the words mean with which servers say why an answer ended: OpenAI's own, and those of Anthropic, Azure, Cohere, DeepSeek, Gemini,
/// Mistral, OpenRouter, TGI, vLLM and Zhipu where their OpenAI-compatible APIs, or gateways before them, let them through.
/// Case and separators do not count. A word that is not known stays as it is: it says that there is an end, but not which one.
/// </summary>
internal static class FinishReasons
{
    /// <summary>The server broke the answer off: what came is no whole answer.</summary>
    public static readonly ChatFinishReason Failed = new("error");

    private static readonly FrozenDictionary<string, ChatFinishReason?> Known = Table(
        (ChatFinishReason.Stop, "stop stopsequence stoptoken stopstring endturn endofturn eos eostoken eog end ended complete completed done finish finished normal success"),
        (ChatFinishReason.Length,
            "length maxlength maxtokens maxtoken maxoutputtokens maxcompletiontokens maxnewtokens modellength tokenlimit truncated contextlength contextwindowexceeded modelcontextwindowexceeded errorlimit"),
        (ChatFinishReason.ContentFilter,
            "contentfilter contentfiltered filtered safety recitation blocklist blocked prohibitedcontent spii sensitive imagesafety modelarmor refusal moderation guardrailintervened errortoxic"),
        (ChatFinishReason.ToolCalls, "toolcalls toolcall tooluse functioncall functioncalls"),
        (Failed,
            "failed failure abort aborted cancel cancelled canceled usercancel interrupted timeout timedout networkerror servererror internalerror apierror insufficientsystemresource ratelimit ratelimited overloaded unavailable malformedfunctioncall malformedtoolcall malformedresponse unexpectedtoolcall toomanytoolcalls missingthoughtsignature"),
        (null, "null none unspecified finishreasonunspecified"));

    /// <summary>The reason that a word stands for; null when it tells none.</summary>
    public static ChatFinishReason? Of(string? word)
    {
        if (string.IsNullOrWhiteSpace(word))
            return null;
        var key = string.Concat(word.Where(char.IsAsciiLetter).Select(char.ToLowerInvariant));
        if (Known.TryGetValue(key, out var reason))
            return reason;
        return key.StartsWith("error", StringComparison.Ordinal) ? Failed : new ChatFinishReason(word);
    }

    /// <summary>Whether an empty answer is one nevertheless. A model that just stops without text has not answered.</summary>
    public static bool ExplainsSilence(ChatFinishReason? reason) =>
        reason == ChatFinishReason.Length || reason == ChatFinishReason.ContentFilter || reason == ChatFinishReason.ToolCalls;

    private static FrozenDictionary<string, ChatFinishReason?> Table(params (ChatFinishReason? Reason, string Words)[] rows) => rows
        .SelectMany(row => row.Words.Split(' ').Select(word => KeyValuePair.Create(word, row.Reason)))
        .ToFrozenDictionary(StringComparer.Ordinal);
}
