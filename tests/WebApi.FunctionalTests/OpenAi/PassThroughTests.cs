using System.Net;
using System.Text.Json;
using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Upstream.OpenAi;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.OpenAi;

/// <summary>What a client may say to a provider past us: what is harmless, and nothing that plan, price table or screening would not know of.</summary>
public sealed class PassThroughTests(DatabaseKind kind) : OpenAiTests(kind)
{
    private const string Path = "/v1/chat/completions";

    // Ours, as some servers read them all the same; each would be the second of its name there, and the last one counts.
    private static readonly string[] OursInAnotherCase =
    [
        "Model", "MODEL", "Messages", "Stream", "Stream_Options", "N", "MAX_TOKENS", "Max_Tokens", "Max_Completion_Tokens", "MaxTokens", "maxTokens",
        "\u017Ftream", "me\u017F\u017Fage\u017F", "max_to\u212Aens",
    ];

    private static readonly string[] OtherNamesOfTheBound =
        ["n_predict", "N_Predict", "num_predict", "NUM_PREDICT", "max_new_tokens", "max_output_tokens", "min_tokens", "best_of", "Best_Of"];

    private static readonly string[] OfAnotherModelPriceOrAddress =
    [
        "models", "Models", "route", "provider", "fallbacks", "plugins", "transforms", "preset", "service_tier", "Service_Tier", "web_search_options",
        "search_parameters", "enable_search", "api_base", "api_key", "base_url", "extra_body", "extra_headers", "options",
    ];

    private static readonly string[] OfAnotherPrompt =
        ["prompt", "Prompt", "chat_template", "chat_template_kwargs", "documents", "cleanllm.call", "CleanLlm.Call", " model", "model "];

    private static readonly string[] OfOurOwn = ["store", "metadata", "on_disconnect"];

    private static readonly string[] Configured = ["acme_priority", "Acme_Priority"];

    protected override IEnumerable<KeyValuePair<string, string>> Settings => [.. base.Settings, new("OpenAi:IgnoredFields:0", "acme_priority")];

    [Test]
    public async Task FieldsByWhichAnythingElseCouldBeHad_NeverReachTheProvider([Values] bool stream)
    {
        var body = Ask("never", stream);
        string[] named = [.. OursInAnotherCase, .. OtherNamesOfTheBound, .. OfAnotherModelPriceOrAddress, .. OfAnotherPrompt, .. Configured];
        foreach (var name in named)
            body[name] = name.Contains("model", StringComparison.OrdinalIgnoreCase) ? "acme/dear" : 1_000_000;
        foreach (var name in OfOurOwn)
            body[name] = name switch { "store" => false, "on_disconnect" => "continue", _ => new { a = "b" } };

        (await Caller.PostAsync(Path, body)).ShouldBe(HttpStatusCode.OK);

        var sent = Sent("never", stream);
        string[] expected = stream ? ["model", "messages", "stream", "stream_options", "max_tokens", "user"] : ["model", "messages", "max_tokens", "user"];
        sent.EnumerateObject().Select(field => field.Name).Should().BeEquivalentTo(expected);
        sent.GetProperty("model").GetString().Should().Be(OpenAiServer.ChatModel);
        sent.GetProperty("max_tokens").GetInt32().Should().Be(7);
        sent.GetProperty("messages").GetArrayLength().Should().Be(1);
        await TestContext.Out.WriteLineAsync($"{named.Length + OfOurOwn.Length} fields held back, streamed: {stream}");
    }

    [Test]
    public async Task AHarmlessFieldThatIsNotKnownHere_ReachesTheProvider_Unchanged([Values] bool stream)
    {
        var body = Ask("harmless", stream);
        body["repetition_penalty"] = 1.5;
        body["logit_bias"] = new Dictionary<string, int>(StringComparer.Ordinal) { ["50256"] = -100 };
        body["top_k"] = 3;
        body["reasoning_effort"] = "low";

        (await Caller.PostAsync(Path, body)).ShouldBe(HttpStatusCode.OK);

        var sent = Sent("harmless", stream);
        sent.GetProperty("repetition_penalty").GetRawText().Should().Be("1.5");
        sent.GetProperty("logit_bias").GetRawText().Should().Be("""{"50256":-100}""");
        sent.GetProperty("top_k").GetRawText().Should().Be("3");
        sent.GetProperty("reasoning_effort").GetString().Should().Be("low");
    }

    [Test]
    public async Task PicturesOfTheInternet_AndGivenWithTheRequest_ReachTheProvider()
    {
        string[] addresses =
        [
            "https://example.org/a.png", "http://example.org/a.png", "https://93.184.216.34/a.png", "https://[2606:2800:220:1::1]/a.png",
            "data:image/png;base64,iVBORw0KGgo=",
        ];
        var parts = addresses.Select(url => new { type = "image_url", image_url = new { url, detail = "low" } });

        (await Caller.PostAsync(Path, new { model = OpenAiServer.ChatModel, user = "pictures", messages = new[] { new { role = "user", content = parts } } }))
            .ShouldBe(HttpStatusCode.OK);

        Sent("pictures").GetProperty("messages")[0].GetProperty("content").EnumerateArray().Select(part => part.GetProperty("image_url").GetRawText())
            .Should().Equal(addresses.Select(url => JsonSerializer.Serialize(new { url, detail = "low" }, Plainly)));
    }

    private static readonly JsonSerializerOptions Plainly = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static Dictionary<string, object?> Ask(string mark, bool stream) => new(StringComparer.Ordinal)
    {
        ["model"] = OpenAiServer.ChatModel,
        ["messages"] = new[] { new { role = "user", content = "How do you do?" } },
        ["max_tokens"] = 7,
        ["stream"] = stream,
        ["user"] = $"{mark}-{stream}",
    };

    private JsonElement Sent(string mark, bool stream) => Sent($"{mark}-{stream}");

    /// <summary>The one body that reached the provider under the mark.</summary>
    private JsonElement Sent(string user) => Plain.ChatBodies.Select(ApiCaller.Parse)
        .Single(body => body.TryGetProperty("user", out var value) && value.GetString() == user);
}
