using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CleanLlm.AiContract;

/// <summary>What docs/ai-contract.md says of <c>POST /predict</c>.</summary>
internal sealed class PredictChecks(ContractOptions options) : IDisposable
{
    private const string Document = "application/json";
    private const string Events = "text/event-stream, application/json;q=0.9";
    private const int Parallel = 8;

    private readonly PredictCalls calls = new(options);

    public IEnumerable<ContractCheck> All
    {
        get
        {
            yield return new("a prompt is answered with a text", AnswerAsync);
            yield return new("unknown fields are ignored", UnknownFieldAsync);
            yield return new("text of any language comes back as UTF-8", UnicodeAsync);
            yield return new("maxTokens bounds the answer", BoundAsync);
            yield return new("a missing prompt is refused with 400 or 422", ct => RefusedAsync("{}", ct));
            yield return new("an empty prompt is refused with 400 or 422", ct => RefusedAsync(calls.Question("").ToJsonString(), ct));
            yield return new("a body that is no JSON is refused with 400 or 422", ct => RefusedAsync("{\"prompt\": ", ct));
            yield return new("Accept: text/event-stream is answered with events that end in done", StreamAsync);
            yield return new("a stream that is left early does no harm", LeaveAsync);
            yield return new($"{Parallel} calls at once are all answered", ParallelAsync);
            if (options.ApiKey is not null)
                yield return new("a call without the key is refused with 401 or 403", NoKeyAsync);
        }
    }

    public void Dispose() => calls.Dispose();

    private async Task<string?> AnswerAsync(CancellationToken ct)
    {
        var answer = await calls.AnswerAsync(calls.Question(), ct);
        ContractBroken.Unless(answer["text"]!.GetValue<string>().Length > 0, "the text is empty");
        return answer["usage"] is null ? "no usage: CleanLlm will count" : null;
    }

    private async Task<string?> UnknownFieldAsync(CancellationToken ct)
    {
        var question = calls.Question();
        question["aFieldOfALaterVersion"] = new JsonObject { ["x"] = 1 };
        await calls.AnswerAsync(question, ct);
        return null;
    }

    private async Task<string?> UnicodeAsync(CancellationToken ct)
    {
        var answer = await calls.AnswerAsync(calls.Question("Repeat: żółć 日本語 🙂"), ct);
        ContractBroken.Unless(!answer["text"]!.GetValue<string>().Contains('\uFFFD'), "the text holds replacement characters");
        return null;
    }

    private async Task<string?> BoundAsync(CancellationToken ct)
    {
        var question = calls.Question("Count from one to one hundred in words.");
        question["maxTokens"] = 2;
        var answer = await calls.AnswerAsync(question, ct);
        if (answer["usage"]?["completionTokens"]?.GetValue<long>() is { } spent)
            ContractBroken.Unless(spent <= 2, $"{spent} completion tokens with maxTokens 2");
        ContractBroken.Unless(answer["text"]!.GetValue<string>().Length <= 100, "an answer of more than 100 characters with maxTokens 2");
        var reason = answer["finishReason"]?.GetValue<string>();
        ContractBroken.Unless(reason is null or "length", $"finishReason '{reason}' instead of 'length'");
        return reason is null ? "without finishReason" : null;
    }

    private async Task<string?> RefusedAsync(string body, CancellationToken ct)
    {
        using var response = await calls.SendAsync(body, Document, ct);
        ContractBroken.Unless((int)response.StatusCode is 400 or 422, $"status {(int)response.StatusCode}");
        return null;
    }

    private async Task<string?> NoKeyAsync(CancellationToken ct)
    {
        using var response = await calls.SendAsync(calls.Question(), Document, ct, withKey: false);
        ContractBroken.Unless((int)response.StatusCode is 401 or 403, $"status {(int)response.StatusCode}");
        return null;
    }

    private async Task<string?> StreamAsync(CancellationToken ct)
    {
        using var response = await calls.SendAsync(calls.Question(), Events, ct);
        ContractBroken.Unless((int)response.StatusCode == 200, $"status {(int)response.StatusCode} instead of 200");
        if (response.Content.Headers.ContentType?.MediaType != "text/event-stream")
        {
            await PredictCalls.DocumentAsync(response, ct);
            return "answered in one document: allowed, but nobody sees it grow";
        }

        var (pieces, length, done) = (0, 0, false);
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        await foreach (var part in SseParser.Create(body).EnumerateAsync(ct))
        {
            ContractBroken.Unless(!done, "an event follows the one with done");
            var data = JsonNode.Parse(part.Data) as JsonObject ?? throw new ContractBroken("an event is no JSON object");
            ContractBroken.Unless(data["error"] is null, "an event reports an error");
            if (data["text"] is { } text)
            {
                ContractBroken.Unless(text.GetValueKind() == JsonValueKind.String, "an event's text is not a string");
                length += text.GetValue<string>().Length;
                pieces++;
            }

            done = data["done"]?.GetValueKind() == JsonValueKind.True;
            PredictCalls.CheckUsage(data);
        }

        ContractBroken.Unless(done, "the stream ended without an event with done: true");
        ContractBroken.Unless(length > 0, "the events hold no text");
        return $"{pieces} pieces";
    }

    private async Task<string?> LeaveAsync(CancellationToken ct)
    {
        using (var response = await calls.SendAsync(calls.Question(), Events, ct))
        {
            await using var body = await response.Content.ReadAsStreamAsync(ct);
            await body.ReadExactlyAsync(new byte[1], ct);
        }

        await calls.AnswerAsync(calls.Question(), ct);
        return null;
    }

    private async Task<string?> ParallelAsync(CancellationToken ct)
    {
        await Task.WhenAll(Enumerable.Range(0, Parallel).Select(_ => calls.AnswerAsync(calls.Question(), ct)));
        return null;
    }
}
