using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace CleanLlm.Testing.Upstream.OpenAi;

/// <summary>Writes a reply as OpenAI does: one document, or chunks of a stream.</summary>
internal sealed class OpenAiChatWriter(HttpContext http, JsonElement body)
{
    private readonly OpenAiReply reply = OpenAiReply.To(body);

    public Task WriteAsync() => body.TryGetProperty("stream", out var stream) && stream.GetBoolean() ? StreamAsync() : DocumentAsync();

    private Task DocumentAsync()
    {
        object message = reply.Calls.Count == 0
            ? new { role = "assistant", content = reply.Text, refusal = (string?)null }
            : new
            {
                role = "assistant",
                content = (string?)null,
                refusal = (string?)null,
                tool_calls = reply.Calls.Select(call => new { id = call.Id, type = "function", function = new { name = call.Name, arguments = call.Arguments } }),
            };
        return http.Response.WriteAsJsonAsync(new
        {
            id = "chatcmpl-lookalike",
            @object = "chat.completion",
            created = 1,
            model = OpenAiServer.ChatModel,
            choices = new[] { new { index = 0, message, logprobs = (object?)null, finish_reason = reply.Finish } },
            usage = Usage(),
            system_fingerprint = (string?)null,
        });
    }

    private async Task StreamAsync()
    {
        http.Response.ContentType = "text/event-stream";
        if (reply.Calls.Count == 0)
            await DeltaAsync(new { role = "assistant", content = "", refusal = (string?)null });
        else
            await DeltaAsync(new { role = "assistant", content = (string?)null });
        foreach (var piece in reply.Calls.Count == 0 ? reply.Pieces : [])
            await DeltaAsync(new { content = piece });
        for (var index = 0; index < reply.Calls.Count; index++)
        {
            var (id, name, arguments) = reply.Calls[index];
            await DeltaAsync(new { tool_calls = new[] { new { index, id, type = "function", function = new { name, arguments = "" } } } });
            foreach (var piece in arguments.Chunk(4))
                await DeltaAsync(new { tool_calls = new[] { new { index, function = new { arguments = new string(piece) } } } });
        }

        await DeltaAsync(new { }, reply.Finish);
        if (body.TryGetProperty("stream_options", out var options) && options.TryGetProperty("include_usage", out var include) && include.GetBoolean())
            await ChunkAsync([], Usage());
        await http.Response.WriteAsync("data: [DONE]\n\n");
    }

    private Task DeltaAsync(object delta, string? finish = null) =>
        ChunkAsync([new { index = 0, delta, logprobs = (object?)null, finish_reason = finish }], usage: null);

    private Task ChunkAsync(object[] choices, object? usage) => http.Response.WriteAsync("data: " + JsonSerializer.Serialize(new
    {
        id = "chatcmpl-lookalike",
        @object = "chat.completion.chunk",
        created = 1,
        model = OpenAiServer.ChatModel,
        system_fingerprint = (string?)null,
        choices,
        usage,
    }) + "\n\n");

    private object Usage()
    {
        var prompt = OpenAiReply.PromptTokens(body);
        return new
        {
            prompt_tokens = prompt,
            completion_tokens = reply.Tokens,
            total_tokens = prompt + reply.Tokens,
            prompt_tokens_details = new { cached_tokens = 0 },
            completion_tokens_details = new { reasoning_tokens = 0 },
        };
    }
}
