using System.Text.Json;
using CleanLlm.Application.Ai;
using CleanLlm.Application.OpenAi;
using Microsoft.Extensions.AI;

namespace CleanLlm.WebApi.OpenAi;

/// <summary>
/// Reads <c>messages</c>: their roles, their parts, calls of tools and their results, and what a model's family needs back of its own
/// answers.
/// </summary>
internal static class ChatMessageReader
{
    private static readonly ChatRole Developer = new("developer");

    /// <summary>The messages in their order.</summary>
    /// <param name="body">The request.</param>
    /// <param name="inner">What may pass inside them.</param>
    public static IReadOnlyList<ChatMessage> Read(RequestFields body, InnerFields inner)
    {
        var messages = new List<ChatMessage>();
        var calls = new CallIds();
        foreach (var message in body.Objects("messages", CompleteChat.MaxMessages))
        {
            if (message.RequiredText("role") == "tool")
                messages.Add(ReadResult(message, calls, inner));
            else
            {
                if (calls.AnyWaiting)
                    Unanswered(message.PathOf("role"), message.Faults);
                messages.Add(ReadMessage(message, calls, inner));
            }
        }

        if (calls.AnyWaiting)
            Unanswered("messages", body.Faults);
        return messages;
    }

    private static ChatMessage ReadMessage(RequestFields message, CallIds calls, InnerFields inner)
    {
        var role = message.Text("role") switch
        {
            "system" => ChatRole.System,
            "developer" => Developer,
            "user" => ChatRole.User,
            "assistant" => ChatRole.Assistant,
            _ => Unknown(message),
        };
        var contents = ChatPartReader.Read(message, inner);
        if (role == ChatRole.Assistant)
            ReadAnswer(message, contents, calls, inner);
        if (contents.Count == 0)
            message.Missing("content");
        return Message(role, contents, message, inner);
    }

    /// <summary>What only an assistant's message has.</summary>
    private static void ReadAnswer(RequestFields message, List<AIContent> contents, CallIds calls, InnerFields inner)
    {
        foreach (var field in new[] { ReasoningFields.Content, ReasoningFields.Plain })
        {
            if (message.Text(field) is { } reasoning)
                contents.Add(ReasoningFields.Piece(reasoning, field));
        }

        if (message.Text("refusal") is { Length: > 0 } refusal)
            contents.Add(TextForms.In(TextForms.Refusal, refusal));
        foreach (var field in message.Element.EnumerateObject())
        {
            if (MessageField.Known.Contains(field.Name) && field.Value.ValueKind != JsonValueKind.Null)
                contents.Add(new MessageField(field.Name, field.Value));
        }

        // Speech is known by an id of the provider's account: with one a caller could hear another user's.
        if (message.Any("audio") is not null)
            message.Faults.Unsupported(message.PathOf("audio"), "Answers are text.");
        if (message.Any("function_call") is not null)
            message.Faults.Unsupported(message.PathOf("function_call"), "'function_call' was replaced by 'tool_calls'.");
        foreach (var call in message.Objects("tool_calls", CompleteChat.MaxTools))
            contents.Add(ReadCall(call, calls, inner));
    }

    private static FunctionCallContent ReadCall(RequestFields call, CallIds calls, InnerFields inner)
    {
        var id = calls.Make(call.RequiredText("id"));
        if (call.Object("function") is not { } function)
        {
            call.Missing("function");
            return new FunctionCallContent(id, "");
        }

        // The text as the model wrote it: meant to be JSON, and not corrected here.
        return new FunctionCallContent(id, function.RequiredText("name"), Arguments(function.RequiredText("arguments")))
        {
            RawRepresentation = function.Text("arguments"),
            AdditionalProperties = inner.BesideCall(call),
        };
    }

    private static ChatMessage ReadResult(RequestFields message, CallIds calls, InnerFields inner)
    {
        var id = message.RequiredText("tool_call_id");
        var called = calls.Answer(id);
        if (called is null)
        {
            message.Faults.Add(
                message.PathOf("role"),
                "invalid_value",
                "Messages with role 'tool' must be a response to a preceding message with 'tool_calls', each to a call of its own.");
        }

        if (message.Any("content") is null)
            message.Missing("content");
        var parts = ChatPartReader.Read(message, inner);
        object result = parts is [TextContent only] && TextForms.Of(only) is null ? only.Text : parts;
        return Message(ChatRole.Tool, [new FunctionResultContent(called ?? id, result)], message, inner);
    }

    private static ChatMessage Message(ChatRole role, IList<AIContent> contents, RequestFields message, InnerFields inner) => new(role, contents)
    {
        AuthorName = message.Text("name"),
        AdditionalProperties = inner.BesideMessage(message),
    };

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
