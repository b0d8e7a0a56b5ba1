using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace CleanLlm.Testing.Upstream;

/// <summary>Writes vectors, or the failure that the model's name asks for.</summary>
internal sealed class ScriptedEmbeddings(HttpContext http, UpstreamCall call, UpstreamModel model, IAnswerFormat format)
{
    private const int DefaultDimensions = 8;

    // Two texts are asked for. 1.0 is AACAPw==, not a number AADAfw==, infinity AACAfw== in base64.
    private static readonly Dictionary<string, string> Broken = new(StringComparer.Ordinal)
    {
        ["embed-nan"] = """{"data":[{"index":0,"embedding":"AACAPw=="},{"index":1,"embedding":"AADAfw=="}]}""",
        ["embed-infinite"] = """{"data":[{"index":0,"embedding":"AACAfw=="},{"index":1,"embedding":"AACAPw=="}]}""",
        ["embed-huge"] = """{"data":[{"index":0,"embedding":[1e999]},{"index":1,"embedding":[1]}]}""",
        ["embed-uneven"] = """{"data":[{"index":0,"embedding":[1,2]},{"index":1,"embedding":[1,2,3]}]}""",
        ["embed-none"] = """{"data":[{"index":0,"embedding":[]},{"index":1,"embedding":[]}]}""",
        ["embed-beyond"] = """{"data":[{"index":0,"embedding":[1]},{"index":2,"embedding":[1]}]}""",
        ["embed-below"] = """{"data":[{"index":-1,"embedding":[1]},{"index":0,"embedding":[1]}]}""",
        ["embed-far"] = """{"data":[{"index":0,"embedding":[1]},{"index":99999999999,"embedding":[1]}]}""",
        ["embed-twice"] = """{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}""",
        ["embed-many"] = """{"data":[{"embedding":[1]},{"embedding":[1]},{"embedding":[1]}]}""",
        ["embed-half"] = """{"data":[{"index":0,"embedding":"AACAPwA="},{"index":1,"embedding":"AACAPw=="}]}""",
        ["embed-garbled"] = """{"data":[{"index":0,"embedding":"###"},{"index":1,"embedding":"AACAPw=="}]}""",
        ["embed-words"] = """{"data":[{"index":0,"embedding":["one"]},{"index":1,"embedding":[1]}]}""",
        ["embed-null"] = """{"data":[null,null]}""",
        ["embed-nothing"] = """{"data":null}""",
        ["embed-list"] = "[]",
    };

    public Task WriteAsync(int number)
    {
        var script = call.Model.Split('@')[0];
        if (Broken.TryGetValue(script, out var broken))
        {
            http.Response.ContentType = "application/json";
            return http.Response.WriteAsync(broken);
        }

        return model.Raw is null && script.StartsWith("embed", StringComparison.Ordinal)
            ? WriteVectorsAsync(script)
            : new ScriptedAnswer(http, call, model, format).WriteAsync(number);
    }

    private async Task WriteVectorsAsync(string script)
    {
        using var body = JsonDocument.Parse(call.Body);
        var dimensions = body.RootElement.TryGetProperty("dimensions", out var wanted) ? wanted.GetInt32() : DefaultDimensions;
        var base64 = script != "embed-numbers"
            && body.RootElement.TryGetProperty("encoding_format", out var encoding) && encoding.GetString() == "base64";
        var texts = script == "embed-few" ? call.Messages.Skip(1) : call.Messages;
        // The last comes first: the order is the index's.
        var data = texts.Select((text, index) => new { @object = "embedding", index, embedding = Encode(text.Content, dimensions, base64) }).Reverse();
        model.Charge(call.PromptTokens, 0);
        await http.Response.WriteAsJsonAsync(new
        {
            @object = "list",
            model = call.Model,
            data,
            usage = new { prompt_tokens = call.PromptTokens, total_tokens = call.PromptTokens },
        });
    }

    private static object Encode(string text, int dimensions, bool base64)
    {
        var vector = UpstreamAnswers.Vector(text, dimensions);
        return base64 ? Convert.ToBase64String(MemoryMarshal.AsBytes<float>(vector)) : vector;
    }
}
