using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace CleanLlm.Testing.Upstream;

/// <summary>Writes one answer of a scripted server over HTTP as its script says.</summary>
internal sealed class ScriptedAnswer
{
    private const int HugeBytes = 9 * 1024 * 1024;

    private readonly HttpContext http;
    private readonly UpstreamCall call;
    private readonly UpstreamModel model;
    private readonly IAnswerFormat format;
    private readonly string[] script;
    private readonly string[] words;
    private readonly string finish;

    public ScriptedAnswer(HttpContext http, UpstreamCall call, UpstreamModel model, IAnswerFormat format)
    {
        this.format = format;
        this.http = http;
        this.call = call;
        this.model = model;
        script = call.Model.Split('@')[0].Split('-');
        var whole = UpstreamAnswers.Of(call, multiByte: script[0] == "bytes").Split(' ').Select((w, i) => i == 0 ? w : ' ' + w).ToArray();
        if (script is ["paced", var count, ..])
            whole = UpstreamAnswers.Paced(Number(count), script is [_, _, _, var size] ? Number(size) : 0);
        words = [.. whole.Take(call.MaxTokens ?? int.MaxValue)];
        finish = words.Length < whole.Length ? "length" : "stop";
    }

    private string Name => string.Join('-', script);

    public async Task WriteAsync(int number)
    {
        if (model.Raw is { } raw)
        {
            await raw.WriteAsync(http, model);
            return;
        }

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

    /// <summary>A call of tools until their results have come.</summary>
    private int ToolCalls => script[0] == "tools" && call.Messages[^1].Role != "tool" ? script is [_, var several] ? Number(several) : 1 : 0;

    private int? Tokens => Name == "no-usage" ? null : words.Length;

    private async Task DocumentAsync()
    {
        http.Response.ContentType = "application/json";
        while (Name == "endless")
            await SendAsync(new string(' ', 64 * 1024));
        var json = Name switch
        {
            "malformed" => "{\"choices\": [nonsense",
            "empty" => format.Empty(call),
            "huge" => format.Document(call, new string('x', HugeBytes), finish, Tokens),
            _ => ToolCalls > 0 ? format.ToolDocument(call, ToolCalls) : format.Document(call, string.Concat(words), finish, Tokens),
        };
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
        if (format.Opening(call) is { } opening)
            await EventAsync(opening);
        if (ToolCalls == 0)
        {
            await WordsAsync();
            return;
        }

        await EventsAsync(format.ToolPieces(call, ToolCalls));
        await EventsAsync(format.Ending(call, "tool_calls", ToolCalls, marked: true));
    }

    private async Task WordsAsync()
    {
        for (var i = 0; i < words.Length || Name == "endless"; i++)
        {
            if (i == words.Length / 2 && Name is "cut-off" or "cut-clean" or "stall" or "error" or "huge" && await BreakAsync())
                return;
            model.Charge(0, 1);
            await EventAsync(format.Piece(call, words[i % words.Length]));
            if (script is ["paced", _, var pause, ..])
                await Task.Delay(Number(pause), http.RequestAborted);
        }

        if (Name is "cut-end" or "stall-end")
        {
            await EventAsync(format.Ending(call, finish, Tokens, marked: false).First());
            if (Name == "cut-end")
                throw new IOException("The script cuts the answer off.");
            await model.Gate.WaitAsync(http.RequestAborted);
        }
        else if (Name != "empty")
        {
            await EventsAsync(format.Ending(call, finish, Tokens, marked: Name != "no-done"));
        }
    }

    private async Task EventsAsync(IEnumerable<string> events)
    {
        foreach (var data in events)
            await EventAsync(data);
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
                await EventAsync(format.Piece(call, new string('x', HugeBytes)));
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

    private async Task RefuseAsync(int status, string retryAfter)
    {
        http.Response.StatusCode = status;
        if (status == StatusCodes.Status429TooManyRequests)
            http.Response.Headers.RetryAfter = retryAfter;
        await http.Response.WriteAsJsonAsync(new { error = new { message = "scripted", type = "scripted" } });
    }

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

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
