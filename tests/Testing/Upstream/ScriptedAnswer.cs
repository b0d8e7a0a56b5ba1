using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace CleanLlm.Testing.Upstream;

/// <summary>Writes one answer of <see cref="ScriptedUpstream"/> as its script says.</summary>
internal sealed class ScriptedAnswer
{
    private const int HugeBytes = 9 * 1024 * 1024;

    private readonly HttpContext http;
    private readonly UpstreamCall call;
    private readonly UpstreamModel model;
    private readonly string[] script;
    private readonly string[] words;
    private readonly string finish;

    public ScriptedAnswer(HttpContext http, UpstreamCall call, UpstreamModel model)
    {
        this.http = http;
        this.call = call;
        this.model = model;
        script = call.Model.Split('@')[0].Split('-');
        var whole = UpstreamAnswers.Of(call, multiByte: script[0] == "bytes").Split(' ').Select((w, i) => i == 0 ? w : ' ' + w).ToArray();
        words = [.. whole.Take(call.MaxTokens ?? int.MaxValue)];
        finish = words.Length < whole.Length ? "length" : "stop";
    }

    private string Name => string.Join('-', script);

    public async Task WriteAsync(int number)
    {
        switch (script)
        {
            case ["status", var status, ..]:
                await RefuseAsync(Number(status), script is [.., "after", var seconds] ? seconds : "1");
                return;
            case ["flaky", var status, var times] when number <= Number(times):
                await RefuseAsync(Number(status), "1");
                return;
            case ["reset", var times] when number <= Number(times):
                http.Abort();
                return;
            case ["chaos", var percent] when Scattered(number) < Number(percent):
                await FailAsync(number);
                return;
            case ["endless"]:
                await EndlessAsync();
                return;
            case ["hang"]:
                await Task.Delay(Timeout.Infinite, http.RequestAborted);
                return;
            case ["slow"]:
                await model.Gate.WaitAsync(http.RequestAborted);
                break;
        }

        if (call.Stream)
            await StreamAsync();
        else
            await DocumentAsync();
    }

    private async Task DocumentAsync()
    {
        http.Response.ContentType = "application/json";
        var text = Name == "huge" ? new string('x', HugeBytes) : string.Concat(words);
        object[] choices = Name == "empty" ? [] : [new { index = 0, message = new { role = "assistant", content = text }, finish_reason = finish }];
        var json = Name == "malformed" ? "{\"choices\": [nonsense" : JsonSerializer.Serialize(new
        {
            id = "chatcmpl-scripted",
            @object = "chat.completion",
            created = 1,
            model = call.Model,
            choices,
            usage = Name == "no-usage" ? null : Usage(),
        });
        model.Charge(call.PromptTokens, words.Length);
        if (Name is not ("cut-off" or "cut-clean" or "stall"))
        {
            await SendAsync(json);
            return;
        }

        // Half of a document is never orderly: with its length announced, the client sees that it broke off.
        http.Response.ContentLength = Encoding.UTF8.GetByteCount(json);
        await SendAsync(json[..(json.Length / 2)]);
        await BreakAsync();
        await SendAsync(json[(json.Length / 2)..]);
    }

    private async Task StreamAsync()
    {
        http.Response.ContentType = "text/event-stream; charset=utf-8";
        if (Name == "malformed")
        {
            await EventAsync("{\"choices\": [nonsense");
            return;
        }

        model.Charge(call.PromptTokens, 0);
        await DeltaAsync(new { role = "assistant", content = "" }, null);
        for (var i = 0; i < words.Length; i++)
        {
            if (i == words.Length / 2 && Name is "cut-off" or "cut-clean" or "stall" or "error" or "huge" && await BreakAsync())
                return;
            model.Charge(0, 1);
            await DeltaAsync(new { content = words[i] }, null);
        }

        if (Name != "empty")
            await DeltaAsync(new { }, finish);
        if (Name != "no-usage" && call.Body.Contains("\"include_usage\":true", StringComparison.Ordinal))
            await EventAsync(JsonSerializer.Serialize(new { id = "chatcmpl-scripted", choices = Array.Empty<object>(), usage = Usage() }));
        if (Name != "no-done")
            await EventAsync("[DONE]");
    }

    /// <returns>True when the answer ends here.</returns>
    private async Task<bool> BreakAsync()
    {
        switch (Name)
        {
            case "stall":
                await model.Gate.WaitAsync(http.RequestAborted);
                return false;
            case "error":
                await EventAsync("""{"error":{"message":"scripted","type":"server_error"}}""");
                return true;
            case "huge":
                await DeltaAsync(new { content = new string('x', HugeBytes) }, null);
                return true;
            case "cut-clean" when call.Stream:
                return true;
            default:
                // Kestrel closes the connection in the middle of the message but after what was written, which a reset could overtake.
                throw new IOException("The script cuts the answer off.");
        }
    }

    /// <summary>0 to 99, the same for the same call and evenly spread over many.</summary>
    private static int Scattered(int number) => (int)((uint)number * 2_654_435_761u >> 8) % 100;

    private async Task FailAsync(int number)
    {
        switch (number % 4)
        {
            case 0:
                await RefuseAsync(StatusCodes.Status500InternalServerError, "0");
                return;
            case 1:
                await RefuseAsync(StatusCodes.Status503ServiceUnavailable, "0");
                return;
            case 2:
                await RefuseAsync(StatusCodes.Status429TooManyRequests, "0");
                return;
            default:
                http.Abort();
                return;
        }
    }

    private async Task EndlessAsync()
    {
        http.Response.ContentType = call.Stream ? "text/event-stream; charset=utf-8" : "application/json";
        if (!call.Stream)
            await SendAsync("{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"");
        while (!http.RequestAborted.IsCancellationRequested)
        {
            if (call.Stream)
                await DeltaAsync(new { content = "and on " }, null);
            else
                await SendAsync("and on and on and on and on and on ");
        }
    }

    private async Task RefuseAsync(int status, string retryAfter)
    {
        http.Response.StatusCode = status;
        if (status == StatusCodes.Status429TooManyRequests)
            http.Response.Headers.RetryAfter = retryAfter;
        await http.Response.WriteAsJsonAsync(new { error = new { message = "scripted", type = "scripted" } });
    }

    private Task DeltaAsync(object delta, string? finishReason) => EventAsync(JsonSerializer.Serialize(new
    {
        id = "chatcmpl-scripted",
        @object = "chat.completion.chunk",
        created = 1,
        model = call.Model,
        choices = new[] { new { index = 0, delta, finish_reason = finishReason } },
    }, UpstreamAnswers.Unescaped));

    private Task EventAsync(string data) => SendAsync($"data: {data}\n\n");

    private async Task SendAsync(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var step = script[0] is "bytes" or "drip" ? 1 : bytes.Length;
        for (var at = 0; at < bytes.Length; at += step)
        {
            await http.Response.Body.WriteAsync(bytes.AsMemory(at, step), http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            if (script is ["drip", var pause])
                await Task.Delay(Number(pause), http.RequestAborted);
        }
    }

    private object Usage() => new
    {
        prompt_tokens = call.PromptTokens,
        completion_tokens = words.Length,
        total_tokens = call.PromptTokens + words.Length,
    };

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
