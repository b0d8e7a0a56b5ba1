using System.Text.Json;
using CleanLlm.Application.OpenAi;
using Microsoft.Extensions.AI;

namespace CleanLlm.WebApi.OpenAi;

/// <summary>Reads <c>messages</c>: whom they are from, their parts, calls of tools and their results.</summary>
internal static class ChatMessageReader
{
    private static readonly ChatRole Developer = new("developer");

    /// <summary>The messages in their order.</summary>
    /// <param name="body">The request.</param>
    /// <param name="allowPrivate">Whether pictures may come from the provider's own network.</param>
    public static IReadOnlyList<ChatMessage> Read(RequestFields body, bool allowPrivate)
    {
        var messages = new List<ChatMessage>();
        var called = new HashSet<string>(StringComparer.Ordinal);
        foreach (var message in body.Objects("messages", CompleteChat.MaxMessages))
        {
            if (message.RequiredText("role") == "tool")
                messages.Add(ReadResult(message, called, allowPrivate));
            else
            {
                if (called.Count > 0)
                    Unanswered(message.PathOf("role"), message.Faults);
                messages.Add(ReadMessage(message, called, allowPrivate));
            }
        }

        if (called.Count > 0)
            Unanswered("messages", body.Faults);
        return messages;
    }

    private static ChatMessage ReadMessage(RequestFields message, HashSet<string> called, bool allowPrivate)
    {
        var role = message.Text("role") switch
        {
            "system" => ChatRole.System,
            "developer" => Developer,
            "user" => ChatRole.User,
            "assistant" => ChatRole.Assistant,
            _ => Unknown(message),
        };
        var contents = ChatPartReader.Read(message, allowPrivate);
        if (role == ChatRole.Assistant)
        {
            if (contents.Count == 0 && message.Text("refusal") is { } refusal)
                contents.Add(new TextContent(refusal));
            foreach (var call in message.Objects("tool_calls", CompleteChat.MaxTools))
                contents.Add(ReadCall(call, called));
        }

        if (contents.Count == 0)
            message.Missing("content");
        return new ChatMessage(role, contents) { AuthorName = message.Text("name") };
    }

    private static FunctionCallContent ReadCall(RequestFields call, HashSet<string> called)
    {
        var id = call.RequiredText("id");
        called.Add(id);
        if (call.Object("function") is not { } function)
        {
            call.Missing("function");
            return new FunctionCallContent(id, "");
        }

        // The text as the model wrote it: JSON by intention, and not ours to correct.
        return new FunctionCallContent(id, function.RequiredText("name"), Arguments(function.RequiredText("arguments")))
        {
            RawRepresentation = function.Text("arguments"),
        };
    }

    private static ChatMessage ReadResult(RequestFields message, HashSet<string> called, bool allowPrivate)
    {
        var id = message.RequiredText("tool_call_id");
        if (!called.Remove(id))
        {
            message.Faults.Add(
                message.PathOf("role"),
                "invalid_value",
                "Messages with role 'tool' must be a response to a preceding message with 'tool_calls', each to a call of its own.");
        }

        if (message.Any("content") is null)
            message.Missing("content");
        var parts = ChatPartReader.Read(message, allowPrivate);
        return new ChatMessage(ChatRole.Tool, [new FunctionResultContent(id, string.Concat(parts.OfType<TextContent>().Select(part => part.Text)))]);
    }

    private static Dictionary<string, object?>? Arguments(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, object?>>(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Unanswered(string field, RequestFaults faults) => faults.Add(
        field, "invalid_value", "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'.");

    private static ChatRole Unknown(RequestFields message)
    {
        message.Faults.Unknown(message.PathOf("role"), "'system', 'developer', 'user', 'assistant' and 'tool'");
        return ChatRole.User;
    }
}
