using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace CleanLlm.Testing.Upstream;

/// <summary>Writes vectors, or the failure that the model's name asks for.</summary>
internal sealed class ScriptedEmbeddings(HttpContext http, UpstreamCall call, UpstreamModel model, IAnswerFormat format)
{
    private const int DefaultDimensions = 8;

    public Task WriteAsync(int number)
    {
        var script = call.Model.Split('@')[0];
        return script.StartsWith("embed", StringComparison.Ordinal)
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
