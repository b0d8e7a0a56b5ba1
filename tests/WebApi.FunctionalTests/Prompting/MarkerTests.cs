using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using CleanLlm.Application.Prompting;
using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Upstream.OpenAi;
using CleanLlm.WebApi.FunctionalTests.Api;
using CleanLlm.WebApi.FunctionalTests.OpenAi;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.WebApi.FunctionalTests.Prompting;

/// <summary>
/// A mark in every place of a request where a text can stand: a prompt step sees each of them, what the step makes of it is what reaches
/// the provider, and nothing reaches the provider around the step.
/// </summary>
public sealed partial class MarkerTests(DatabaseKind kind) : OpenAiTests(kind)
{
    private const string ChatBody =
        """
        {
            "messages": [
                {"role": "system", "name": "@", "content": "@", "cache_control": {"type": "ephemeral", "ttl": "@"}},
                {"role": "developer", "own_message": {"@": ["@"]}, "content": [{"type": "text", "text": "@", "own_part": "@", "cache_control": {"@": "@"}}]},
                {"role": "user", "name": "@", "content": "@"},
                {"role": "user", "content": [
                    {"type": "text", "text": "@"},
                    {"type": "image_url", "own_part": "@", "image_url": {"url": "https://example.org/@.png", "detail": "@", "own_part": "@"}},
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo=", "detail": "@"}},
                    {"type": "file", "file": {"filename": "@", "file_data": "data:application/pdf;base64,JVBERi0="}},
                    {"type": "input_audio", "own_part": "@", "input_audio": {"data": "AAAA", "format": "wav"}}]},
                {"role": "assistant", "name": "@", "content": "@", "refusal": "@", "reasoning_content": "@", "reasoning": "@",
                    "extra_content": {"google": {"thought_signature": "@"}}, "reasoning_details": [{"type": "reasoning.text", "text": "@", "@": 1}],
                    "thinking_blocks": [{"type": "thinking", "thinking": "@", "signature": "@"}], "annotations": [{"url_citation": {"title": "@"}}],
                    "tool_calls": [
                        {"id": "call_@1", "type": "function", "own_call": "@", "extra_content": {"google": {"thought_signature": "@"}},
                            "function": {"name": "look_@", "arguments": "{\"@\": {\"deep\": [\"@\", \"\\u006dark990x\"]}}"}},
                        {"id": "call_@2", "type": "function", "function": {"name": "hear_@", "arguments": "no JSON: @"}}]},
                {"role": "tool", "name": "@", "tool_call_id": "call_@1", "own_message": "@",
                    "content": [{"type": "text", "text": "@"}, {"type": "image_url", "image_url": {"url": "https://example.org/@.png"}}]},
                {"role": "tool", "tool_call_id": "call_@2", "content": "{\"result\": \"@\"}"},
                {"role": "assistant", "content": [{"type": "text", "text": "@"}, {"type": "refusal", "refusal": "@"}]},
                {"role": "user", "content": [{"type": "text", "text": "@"}, {"type": "text", "text": "@ \u006dark991x"}]}
            ],
            "tools": [
                {"type": "function", "own_tool": "@", "cache_control": {"type": "@"}, "function": {"name": "tool_@3", "description": "@", "own_tool": "@", "parameters":
                    {"type": "object", "title": "@", "properties": {"@": {"type": "string", "description": "@", "enum": ["@"], "default": "@"}}, "required": ["@"],
                        "$defs": {"@": {"anyOf": [{"const": "@"}, {"examples": [{"@": "@"}]}]}}}}}],
            "tool_choice": {"type": "function", "function": {"name": "tool_@3"}},
            "response_format": {"type": "json_schema", "json_schema": {"name": "@", "description": "@", "schema": {"title": "@", "properties": {"@": {"const": "@"}}}}},
            "stop": ["@", "@"],
            "user": "@", "safety_identifier": "@", "prompt_cache_key": "@",
            "prediction": {"type": "content", "content": [{"type": "text", "text": "@"}]},
            "guided_regex": "@", "guided_choice": ["@"], "grammar": "@", "logit_bias": {"@": 1},
            "own_field": {"@": ["@", {"deep": "@"}]}
        }
        """;

    private readonly RewritingStep step = new();

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        .. base.Settings,
        new("Prompting:SystemPrompt", "Operator mark999x."),
        new("OpenAi:PassedOnFields:0", "own_field"),
        new("OpenAi:PassedOnMessageFields:0", "own_message"),
        new("OpenAi:PassedOnPartFields:0", "own_part"),
        new("OpenAi:PassedOnCallFields:0", "own_call"),
        new("OpenAi:PassedOnToolFields:0", "own_tool"),
    ];

    protected override void Register(IServiceCollection services) => services.AddSingleton<IPromptStep>(step);

    [TestCase(false)]
    [TestCase(true)]
    public async Task ChatCompletions_EveryText_IsSeen_AndReachesTheProviderAsItWasChanged(bool stream)
    {
        var first = stream ? 500 : 100;
        var marked = Marked(ChatBody, first);
        var body = $$"""{"model": "{{OpenAiServer.ChatModel}}", "stream": {{(stream ? "true" : "false")}}, {{marked.Json.Trim()[1..]}}""";

        (await Caller.PostTextAsync("/v1/chat/completions", body)).ShouldBe(HttpStatusCode.OK);

        var sent = Strings(Sent(Plain.ChatBodies, $"seen{first}x"));
        sent.Should().NotContain("mark");
        int[] numbers = [.. marked.Numbers, 990, 991, 999];
        numbers.Where(number => !sent.Contains($"seen{number}x", StringComparison.Ordinal)).Should().BeEmpty();
        step.Seen.Keys.Should().Contain(numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));
        step.Seen["999"].Should().Be(TextProvenance.OperatorSystemPrompt);
        step.Seen["990"].Should().Be(TextProvenance.ToolCallArguments);
        step.Contexts.Should().Contain(context => context.UserId.Value.ToString() == Caller.UserId && context.ChatId == null && context.Model.Id == OpenAiServer.ChatModel
            && context.Plan.Name == ApiSettings.Plan);
    }

    [Test]
    public async Task AChat_ItsPrompt_History_AndQuestions_AreSeen_AndShowTheUsersOwnWords()
    {
        using var user = await Api.SignInAsync();
        var chat = (await user.PostAsync("/api/v1/chats", new { title = "mark800x", systemPrompt = "Chat mark801x.", model = OpenAiServer.ChatModel }))
            .ShouldBe(HttpStatusCode.Created).Text("id");
        (await user.PostAsync($"/api/v1/chats/{chat}/messages", new { content = "First mark802x" })).ShouldBe(HttpStatusCode.OK);
        (await user.PostAsync($"/api/v1/chats/{chat}/messages", new { content = "Second mark803x" })).ShouldBe(HttpStatusCode.OK);

        var sent = Strings(Sent(Plain.ChatBodies, "seen803x"));
        sent.Should().NotContain("mark").And.ContainAll("Operator seen999x.", "Chat seen801x.", "First seen802x", "Second seen803x");
        step.Seen.Should().Contain("801", TextProvenance.SystemPrompt).And.Contain("802", TextProvenance.History).And.Contain("803", TextProvenance.User);
        step.Contexts.Should().Contain(context => context.ChatId != null && context.ChatId.Value.Value.ToString() == chat);

        (await user.GetAsync($"/api/v1/chats/{chat}/messages")).Body.Should().Contain("First mark802x").And.Contain("Second mark803x");
        (await user.GetAsync($"/api/v1/chats/{chat}")).Body.Should().Contain("Chat mark801x.");
    }

    [Test]
    public async Task AQuestionThatIsEditedOrAnsweredOnceMore_IsSeen()
    {
        using var user = await Api.SignInAsync();
        var chat = (await user.PostAsync("/api/v1/chats", new { model = OpenAiServer.ChatModel })).Text("id");
        (await user.PostAsync($"/api/v1/chats/{chat}/messages", new { content = "Asked mark810x" })).ShouldBe(HttpStatusCode.OK);
        var messages = (await user.GetAsync($"/api/v1/chats/{chat}/messages")).Json.GetProperty("items").EnumerateArray().ToList();
        var question = messages.Single(message => message.GetProperty("role").GetString() == "user").GetProperty("id").GetString();

        (await user.PostAsync($"/api/v1/chats/{chat}/messages/{question}/regenerate", new { })).ShouldBe(HttpStatusCode.OK);
        (await user.PostAsync($"/api/v1/chats/{chat}/messages/{question}/edit", new { content = "Edited mark811x" })).ShouldBe(HttpStatusCode.OK);

        var bodies = Plain.ChatBodies.Select(body => Strings(ApiCaller.Parse(body))).ToList();
        bodies.Count(body => body.Contains("Asked seen810x", StringComparison.Ordinal)).Should().Be(2);
        bodies.Should().ContainSingle(body => body.Contains("Edited seen811x", StringComparison.Ordinal));
        bodies.Should().NotContain(body => body.Contains("mark81", StringComparison.Ordinal));
    }

    [Test]
    public async Task ACompletionOutsideAChat_IsSeen_AndKeptAsItWasWritten()
    {
        var answer = (await Caller.PostAsync("/api/v1/completions", new { prompt = "Alone mark820x", model = OpenAiServer.ChatModel })).ShouldBe(HttpStatusCode.OK);

        Strings(Sent(Plain.ChatBodies, "seen820x")).Should().NotContain("mark");
        (await Caller.GetAsync("/api/v1/users/me/export")).Body.Should().Contain("Alone mark820x").And.Contain(answer.Text("id"));
    }

    [Test]
    public async Task Embeddings_EveryText_IsSeen_AndReachesTheProviderAsItWasChanged()
    {
        (await Caller.PostAsync("/v1/embeddings", new { model = OpenAiServer.EmbeddingModel, input = new[] { "One mark830x", "Two mark831x" }, user = "mark832x" }))
            .ShouldBe(HttpStatusCode.OK);

        Strings(Sent(Plain.EmbeddingBodies, "seen830x")).Should().NotContain("mark").And.ContainAll("One seen830x", "Two seen831x", "seen832x");
        step.Seen.Should().Contain("830", TextProvenance.User).And.Contain("832", TextProvenance.PassedOnField);
    }

    /// <summary>The body with a mark for each <c>@</c>; those with a digit behind are the same.</summary>
    private static (string Json, List<int> Numbers) Marked(string body, int first)
    {
        List<int> numbers = [];
        Dictionary<string, int> named = new(StringComparer.Ordinal);
        var json = Place().Replace(body, place =>
        {
            if (!named.TryGetValue(place.Value, out var number))
            {
                number = first + numbers.Count;
                numbers.Add(number);
                if (place.Length > 1)
                    named[place.Value] = number;
            }

            return $"mark{number}x";
        });
        return (json, numbers);
    }

    private static JsonElement Sent(IEnumerable<string> bodies, string mark) =>
        bodies.Where(body => body.Contains(mark, StringComparison.Ordinal)).Select(ApiCaller.Parse).Single();

    /// <summary>All names and strings of a body in one text, and those of the JSON in its strings.</summary>
    private static string Strings(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => json.GetString() + "\n",
        JsonValueKind.Array => string.Concat(json.EnumerateArray().Select(Strings)),
        JsonValueKind.Object => string.Concat(json.EnumerateObject().Select(member => member.Name + "\n" + Strings(member.Value))),
        _ => "",
    };

    [GeneratedRegex("@[0-9]?", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Place();
}
