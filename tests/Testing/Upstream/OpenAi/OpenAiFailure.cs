using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace CleanLlm.Testing.Upstream.OpenAi;

/// <summary>A failure as OpenAI tells it.</summary>
internal sealed record OpenAiFailure(int Status, string Message, string Code)
{
    public static OpenAiFailure UnknownModel { get; } = new(404, "The model does not exist or you do not have access to it.", "model_not_found");

    public string Type { get; init; } = "invalid_request_error";

    public string? Param { get; init; }

    public Task WriteAsync(HttpContext http)
    {
        http.Response.StatusCode = Status;
        return http.Response.WriteAsJsonAsync(new { error = new { message = Message, type = Type, param = Param, code = Code } });
    }
}

/// <summary>The rules of OpenAI that the tests break.</summary>
internal static class OpenAiRules
{
    public static OpenAiFailure? Broken(JsonElement body)
    {
        if (!body.TryGetProperty("messages", out var messages))
            return Missing("messages");
        if (!body.TryGetProperty("model", out var model))
            return Missing("model");
        if (body.TryGetProperty("temperature", out var temperature) && temperature.GetDouble() is < 0 or > 2)
            return Value("temperature", "invalid_value");
        if (body.TryGetProperty("n", out var n) && n.GetInt32() != 1)
            return Value("n", "unsupported_value");
        var called = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (message, index) in messages.EnumerateArray().Select((message, index) => (message, index)))
        {
            var role = message.GetProperty("role").GetString();
            if (role is not ("system" or "developer" or "user" or "assistant" or "tool")
                || (role == "tool" && !called.Contains(message.GetProperty("tool_call_id").GetString()!)))
                return Value($"messages[{index}].role", "invalid_value");
            if (message.TryGetProperty("tool_calls", out var calls))
                called.UnionWith(calls.EnumerateArray().Select(call => call.GetProperty("id").GetString()!));
        }

        return model.GetString() == OpenAiServer.ChatModel ? null : OpenAiFailure.UnknownModel;
    }

    private static OpenAiFailure Missing(string name) => new(400, $"Missing required parameter: '{name}'.", "missing_required_parameter") { Param = name };

    private static OpenAiFailure Value(string name, string code) => new(400, $"Invalid value for '{name}'.", code) { Param = name };
}
