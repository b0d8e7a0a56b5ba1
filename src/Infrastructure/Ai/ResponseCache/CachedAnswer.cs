using System.Text;
using System.Text.Json;
using CleanLlm.Domain.Models;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.ResponseCache;

/// <summary>A whole, successful answer as it is kept.</summary>
/// <param name="Text">What the model said.</param>
/// <param name="Finish">Why it ended.</param>
/// <param name="Provider">The provider that served it.</param>
/// <param name="Model">Which model.</param>
/// <param name="ExpiresAt">Until when it may be given.</param>
internal sealed record CachedAnswer(string Text, string Finish, string Provider, string Model, DateTimeOffset ExpiresAt)
{
    // Long enough to be few, short enough to look like a stream.
    private const int PieceLength = 512;

    private static readonly JsonSerializerOptions Compact = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// What is to be kept of an answer: its text, not the reasoning before it. Null when it is none to keep: with anything else in it, such
    /// as tool calls, without an orderly end, or too long.
    /// </summary>
    public static CachedAnswer? Of(IEnumerable<ChatResponseUpdate> updates, Model served, DateTimeOffset expiresAt, int maxBytes)
    {
        var text = new StringBuilder();
        ChatFinishReason? finish = null;
        foreach (var update in updates)
        {
            finish = update.FinishReason ?? finish;
            foreach (var content in update.Contents)
            {
                if (content is TextContent piece)
                    text.Append(piece.Text);
                else if (content is not (UsageContent or TextReasoningContent))
                    return null;
            }
        }

        if (finish != ChatFinishReason.Stop && finish != ChatFinishReason.Length)
            return null;
        var whole = text.ToString();
        return whole.Length == 0 || Encoding.UTF8.GetByteCount(whole) > maxBytes
            ? null
            : new CachedAnswer(whole, finish.Value.Value, served.Provider, served.Id, expiresAt);
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    public static CachedAnswer? Read(ReadOnlySpan<byte> bytes) => JsonSerializer.Deserialize<CachedAnswer>(bytes);

    /// <summary>As bytes, to be encrypted.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, Compact);

    /// <summary>The answer piece by piece, as a model would give it.</summary>
    public IEnumerable<ChatResponseUpdate> ToUpdates()
    {
        for (var at = 0; at < Text.Length; at += PieceLength)
        {
            var isLast = at + PieceLength >= Text.Length;
            yield return new ChatResponseUpdate(ChatRole.Assistant, isLast ? Text[at..] : Text.Substring(at, PieceLength))
            {
                ModelId = Model,
                FinishReason = isLast ? new ChatFinishReason(Finish) : null,
            };
        }
    }

    // A record would print the text.
    public override string ToString() => nameof(CachedAnswer);
}
