using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.Calls;

/// <summary>The size of an answer, for its bound.</summary>
internal static class AnswerSize
{
    /// <summary>In bytes of UTF-8: text, reasoning, tool calls and the fields that go along.</summary>
    public static int Of(IList<AIContent> contents)
    {
        var bytes = 0;
        for (var i = 0; i < contents.Count; i++)
        {
            bytes += contents[i] switch
            {
                TextContent text => Encoding.UTF8.GetByteCount(text.Text),
                TextReasoningContent reasoning => Encoding.UTF8.GetByteCount(reasoning.Text),
                ToolCallFragment call => (call.Name?.Length ?? 0) + Encoding.UTF8.GetByteCount(call.Arguments ?? "") + Of(call.ExtraContent),
                MessageField field => Of(field.Value),
                _ => 0,
            };
        }

        return bytes;
    }

    private static int Of(JsonElement? json) => json is { } value ? JsonMarshal.GetRawUtf8Value(value).Length : 0;
}
