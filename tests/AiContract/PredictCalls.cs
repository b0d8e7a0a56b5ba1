using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CleanLlm.AiContract;

/// <summary>Calls of <c>POST /predict</c>.</summary>
internal sealed class PredictCalls(ContractOptions options) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly Uri address = new(options.Url!.AbsoluteUri.TrimEnd('/') + "/predict");

    /// <summary>A question that any model can answer.</summary>
    public JsonObject Question(string prompt = "Say hello in one sentence.")
    {
        var question = new JsonObject { ["prompt"] = prompt };
        if (options.Model is { } model)
            question["model"] = model;
        return question;
    }

    public Task<HttpResponseMessage> SendAsync(JsonObject question, string accept, CancellationToken ct, bool withKey = true) =>
        SendAsync(question.ToJsonString(), accept, ct, withKey);

    /// <returns>As soon as the headers are there.</returns>
    public async Task<HttpResponseMessage> SendAsync(string body, string accept, CancellationToken ct, bool withKey = true)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.TryAddWithoutValidation("Accept", accept);
        if (withKey && options.ApiKey is { } key)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
    }

    /// <summary>A whole answer, checked for what every answer has.</summary>
    public async Task<JsonObject> AnswerAsync(JsonObject question, CancellationToken ct)
    {
        using var response = await SendAsync(question, "application/json", ct);
        ContractBroken.Unless((int)response.StatusCode == 200, $"status {(int)response.StatusCode} instead of 200");
        return await DocumentAsync(response, ct);
    }

    public static async Task<JsonObject> DocumentAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var type = response.Content.Headers.ContentType?.MediaType;
        ContractBroken.Unless(type == "application/json", $"Content-Type {type ?? "missing"} instead of application/json");
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(ct)) as JsonObject;
        ContractBroken.Unless(answer?["text"]?.GetValueKind() == JsonValueKind.String, "the answer has no string 'text'");
        CheckUsage(answer!);
        return answer!;
    }

    /// <summary>Usage may be left out, but must be true when it is there.</summary>
    public static void CheckUsage(JsonObject answer)
    {
        if (answer["usage"] is not { } usage)
            return;
        foreach (var field in new[] { "promptTokens", "completionTokens" })
        {
            var value = (usage as JsonObject)?[field];
            ContractBroken.Unless(
                value?.GetValueKind() == JsonValueKind.Number && long.TryParse(value.ToJsonString(), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= 0,
                $"usage.{field} is not a whole number of at least 0");
        }

        var reason = answer["finishReason"];
        ContractBroken.Unless(
            reason is null || reason.GetValueKind() == JsonValueKind.String, "finishReason is not a string");
    }

    public void Dispose() => http.Dispose();
}
