using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Text.Json;
using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Upstream.OpenAi;
using CleanLlm.WebApi.FunctionalTests.Api;
using CleanLlm.WebApi.OpenAi;

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
        "models", "Models", "route", "provider", "fallbacks", "transforms", "preset", "service_tier", "Service_Tier", "enable_search", "api_base",
        "api_key", "api_version", "base_url", "extra_body", "extra_headers", "options", "mock_response", "lora_path", "lora", "deployment_id", "callback_url", "webhook",
    ];

    private static readonly string[] OfAnotherPrompt =
        ["prompt", "Prompt", "chat_template", "chat_template_kwargs", "Conversation", "cleanllm.call", "CleanLlm.Call", " model", "model "];

    private static readonly string[] OfLongerDearerOrOtherPeoplesAnswers =
    [
        "ignore_eos", "echo", "use_beam_search", "truncate_prompt_tokens", "priority", "keep_alive", "id_slot", "cached_content", "safety_settings",
        "web_search", "logits_processors", "mm_processor_kwargs", "kv_transfer_params", "lora_request", "vllm_xargs", "a_field_of_next_year",
    ];

    private static readonly string[] OfOurOwn = ["store", "metadata", "on_disconnect"];

    private static readonly string[] Configured = ["acme_priority", "Acme_Priority"];

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        .. base.Settings, new("OpenAi:IgnoredFields:0", "acme_priority"), new("OpenAi:PassedOnFields:0", "acme_priority"),
        new("OpenAi:PassedOnFields:1", "acme_hint"), new("OpenAi:PassedOnFields:2", "service_class"), new("OpenAi:PassedOnFields:3", "documents"),
        new("OpenAi:PassedOnMessageFields:0", "acme_note"), new("OpenAi:PassedOnPartFields:0", "acme_pixels"),
        new("OpenAi:PassedOnCallFields:0", "acme_call"), new("OpenAi:PassedOnToolFields:0", "acme_tool"),
    ];

    [Test]
    public async Task FieldsByWhichAnythingElseCouldBeHad_NeverReachTheProvider([Values] bool stream)
    {
        var body = Ask("never", stream);
        string[] named = [.. OursInAnotherCase, .. OtherNamesOfTheBound, .. OfAnotherModelPriceOrAddress, .. OfAnotherPrompt, .. OfLongerDearerOrOtherPeoplesAnswers, .. Configured];
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
    public async Task EveryWellKnownField_AndThoseOfTheSettings_ReachTheProvider_Unchanged()
    {
        string[] names = [.. ProviderFields.WellKnown.Except(["user"]), "acme_hint", "service_class"];
        var body = Ask("known", stream: false);
        foreach (var name in names)
            body[name] = new { of = name };

        (await Caller.PostAsync(Path, body)).ShouldBe(HttpStatusCode.OK);

        var sent = Sent("known", stream: false);
        names.Where(name => !sent.TryGetProperty(name, out var value) || value.GetRawText() != $$"""{"of":"{{name}}"}""").Should().BeEmpty();
    }

    [TestCase("conversation", "\"conv_1\"")]
    [TestCase("previous_response_id", "\"resp_1\"")]
    [TestCase("data_sources", """[{"type":"azure_search"}]""")]
    [TestCase("files", """["file_1"]""")]
    [TestCase("system", "\"Be brief.\"")]
    [TestCase("container", """{"id":"c_1"}""")]
    [TestCase("mcp_servers", """[{"url":"https://example.org"}]""")]
    [TestCase("web_search_options", """{"search_context_size":"low"}""")]
    [TestCase("search_parameters", """{"mode":"on"}""")]
    [TestCase("plugins", """[{"id":"web"}]""")]
    public async Task AFieldThatNamesWhatTheAnswerIsToBeMadeFrom_IsRefused(string name, string value)
    {
        var answer = await Caller.PostAsync(Path, Parse($"\"{name}\":{value}"));

        var error = answer.ShouldBe(HttpStatusCode.BadRequest).Json.GetProperty("error");
        error.GetProperty("param").GetString().Should().Be(name);
        error.GetProperty("code").GetString().Should().Be("unsupported_value");
    }

    [Test]
    public async Task AFieldThatCouldNameSuchAThing_AndNamesNothing_OrIsConfigured_IsNoFault()
    {
        (await Caller.PostAsync(Path, Parse("""
            "user":"nothing","conversation":null,"data_sources":[],"web_search_options":{},"system":"","plugins":false,"documents":[{"text":"a"}]
            """))).ShouldBe(HttpStatusCode.OK);

        Sent("nothing").EnumerateObject().Select(field => field.Name).Should().BeEquivalentTo("model", "messages", "max_tokens", "user", "documents");
    }

    [Test]
    public async Task FieldsInsideThatTheSettingsName_ReachTheProvider_AndOthersDoNot()
    {
        const string own = "\"acme_note\":{\"a\":1},\"acme_pixels\":[2],\"acme_call\":3,\"acme_tool\":4,\"acme_other\":5";
        const string url = "\"url\":\"https://example.org/a.png\"";
        var body = ApiCaller.Parse($$$"""
            {"model":"{{{OpenAiServer.ChatModel}}}","user":"inside","messages":[
            {"role":"user","content":[{"type":"text","text":"Hi",{{{own}}}},{"type":"image_url","image_url":{ {{{url}}},{{{own}}} },{{{own}}}}],{{{own}}}},
            {"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{}",{{{own}}}},{{{own}}}}],{{{own}}}},
            {"role":"tool","tool_call_id":"1","content":"a",{{{own}}}}],
            "tools":[{"type":"function","function":{"name":"f",{{{own}}}},{{{own}}}}]}
            """);

        (await Caller.PostAsync(Path, body)).ShouldBe(HttpStatusCode.OK);

        var sent = Sent("inside");
        var expected = ApiCaller.Parse($$$"""
            [{"role":"user","content":[{"type":"text","text":"Hi","acme_pixels":[2]},{"type":"image_url","image_url":{ {{{url}}},"acme_pixels":[2]},"acme_pixels":[2]}],"acme_note":{"a":1}},
            {"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{}"},"acme_call":3}],"acme_note":{"a":1}},
            {"role":"tool","tool_call_id":"1","content":"a","acme_note":{"a":1}}]
            """);
        JsonElement.DeepEquals(sent.GetProperty("messages"), expected).Should().BeTrue("{0} arrived", sent.GetProperty("messages").GetRawText());
        sent.GetProperty("tools").GetRawText().Should().Be("""[{"type":"function","function":{"name":"f","acme_tool":4},"acme_tool":4}]""");
    }

    [TestCase("acme_note", true)]
    [TestCase("weight", true)]
    [TestCase("role", false)]
    [TestCase("tool_calls", false)]
    [TestCase("image_url", false)]
    [TestCase("file_id", false)]
    [TestCase("reasoning_content", false)]
    [TestCase("Acme_Note", false)]
    public void ASettingThatLetsAFieldInsidePass_IsCheckedAtStart(string name, bool allowed)
    {
        OpenAiOptions[] each = [new() { PassedOnMessageFields = [name] }, new() { PassedOnPartFields = [name] }, new() { PassedOnCallFields = [name] }, new() { PassedOnToolFields = [name] }];

        each.Select(options => options.Validate(new ValidationContext(options)).Any()).Should().AllBeEquivalentTo(!allowed);
    }

    [TestCase("acme_hint", true)]
    [TestCase("chat_template_kwargs", true)]
    [TestCase("service_tier", true)]
    [TestCase("Acme_Hint", false)]
    [TestCase("acme-hint", false)]
    [TestCase("", false)]
    [TestCase("model", false)]
    [TestCase("stream_options", false)]
    [TestCase("max_completion_tokens", false)]
    [TestCase("store", false)]
    [TestCase("models", false)]
    [TestCase("num_predict", false)]
    [TestCase("prompt", false)]
    [TestCase("base_url", false)]
    public void ASettingThatLetsAFieldPass_IsCheckedAtStart(string name, bool allowed)
    {
        var options = new OpenAiOptions { PassedOnFields = ["top_k", name] };

        var faults = options.Validate(new ValidationContext(options)).Select(fault => fault.ErrorMessage).ToList();

        if (allowed)
            faults.Should().BeEmpty();
        else
            faults.Should().ContainSingle().Which.Should().StartWith("OpenAi:PassedOnFields:1 ");
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

    private static JsonElement Parse(string fields) =>
        ApiCaller.Parse($$"""{"model":"{{OpenAiServer.ChatModel}}","max_tokens":7,"messages":[{"role":"user","content":"Hi"}],{{fields}}}""");

    private JsonElement Sent(string mark, bool stream) => Sent($"{mark}-{stream}");

    /// <summary>The one body that reached the provider under the mark.</summary>
    private JsonElement Sent(string user) => Plain.ChatBodies.Select(ApiCaller.Parse)
        .Single(body => body.TryGetProperty("user", out var value) && value.GetString() == user);
}
