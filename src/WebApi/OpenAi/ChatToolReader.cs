using System.Text.Json;
using System.Text.RegularExpressions;
using CleanLlm.Application.Ai;
using CleanLlm.Application.OpenAi;
using Microsoft.Extensions.AI;

namespace CleanLlm.WebApi.OpenAi;

/// <summary>Reads which tools the model may call, and how freely.</summary>
internal static partial class ChatToolReader
{
    public static void Read(RequestFields body, ChatOptions options, InnerFields inner)
    {
        List<AITool> tools = [.. body.Objects("tools", CompleteChat.MaxTools).Select(tool => ReadTool(tool, inner))];
        if (tools.Count > 0)
            options.Tools = tools;
        options.AllowMultipleToolCalls = body.Flag("parallel_tool_calls");
        if (body.Any("tool_choice") is { } choice)
            ReadChoice(body, choice, options);
    }

    private static ToolDefinition ReadTool(RequestFields tool, InnerFields inner)
    {
        if (tool.RequiredText("type") != "function")
            tool.Faults.Unknown(tool.PathOf("type"), "'function'");
        else if (tool.Object("function") is not { } function)
            tool.Missing("function");
        else if (!Name().IsMatch(function.RequiredText("name")))
            function.Faults.Add(function.PathOf("name"), "invalid_value", "The name of a function has 1 to 64 letters, digits, '_' and '-'.");
        else
            function.Object("parameters");
        return new ToolDefinition(inner.Tool.Select(tool.Element));
    }

    private static void ReadChoice(RequestFields body, JsonElement choice, ChatOptions options)
    {
        options.ToolMode = choice.ValueKind switch
        {
            JsonValueKind.String => Mode(choice.GetString()),
            JsonValueKind.Object => Mode(body.Object("tool_choice")!),
            _ => null,
        };
        if (options.ToolMode is null)
            body.Faults.Unknown("tool_choice", "'none', 'auto', 'required', a function and 'allowed_tools'");
        else if (options.Tools is null && options.ToolMode is not NoneChatToolMode)
            body.Faults.Add("tool_choice", "invalid_value", "'tool_choice' is only allowed when 'tools' are specified.");
        // As it came too: a list of allowed tools is for the provider to read.
        if (choice.ValueKind == JsonValueKind.Object)
            (options.AdditionalProperties ??= [])["tool_choice"] = InnerFields.ToolChoice.Select(choice);
    }

    private static ChatToolMode? Mode(RequestFields choice) => choice.RequiredText("type") switch
    {
        "function" when choice.Object("function")?.Text("name") is { Length: > 0 } name => ChatToolMode.RequireSpecific(name),
        "allowed_tools" when choice.Object("allowed_tools") is not null => ChatToolMode.Auto,
        _ => null,
    };

    private static ChatToolMode? Mode(string? name) => name switch
    {
        "none" => ChatToolMode.None,
        "auto" => ChatToolMode.Auto,
        "required" => ChatToolMode.RequireAny,
        _ => null,
    };

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,64}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 2_000)]
    private static partial Regex Name();
}
