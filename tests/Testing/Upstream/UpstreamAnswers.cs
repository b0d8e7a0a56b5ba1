using System.Text.Encodings.Web;
using System.Text.Json;

namespace CleanLlm.Testing.Upstream;

/// <summary>The text that <see cref="ScriptedUpstream"/> answers; tests compute the same.</summary>
public static class UpstreamAnswers
{
    internal static readonly JsonSerializerOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The arguments of every call of a tool, as they are streamed.</summary>
    public static readonly IReadOnlyList<string> ToolArgumentPieces = ["{\"ci", "ty\": \"Zürich", "\"}"];

    /// <summary>The vector of a text: its length, then its position counted from one.</summary>
    public static float[] Vector(string text, int dimensions) => [.. Enumerable.Range(0, dimensions).Select(i => i == 0 ? text.Length : i + 0.5f)];

    /// <summary>The whole answer to a call without a bound.</summary>
    /// <param name="promptWords">The words of the call's last message.</param>
    /// <param name="multiByte">With characters of two, three and four bytes.</param>
    public static string Of(int promptWords, bool multiByte = false) => multiByte
        ? $"Antwort für {promptWords} Wörter: żółć 日本語 𝛼𝛽 🙂 Ende."
        : $"You wrote {promptWords} words, so here are twelve: one two three four five six seven eight nine ten eleven twelve.";

    /// <summary>The words of a paced answer.</summary>
    public static string[] Paced(int count, int size = 0) => [.. Enumerable.Range(1, count).Select(i => $"{(i == 1 ? "" : " ")}w{i}".PadRight(size, 'x'))];

    internal static string Of(UpstreamCall call, bool multiByte) => Of(UpstreamCall.WordsOf(call.Messages[^1].Content), multiByte);
}
