using System.Net;
using System.Text.Json;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Administration;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Prompting;

/// <summary>What becomes of a prompt that is long, as the plan says: summaries of older messages, and prompts without what costs tokens and says nothing.</summary>
public sealed class ContextTests(DatabaseKind kind) : AdminTests(kind)
{
    private const string Small = "ok@small";
    private const string Summariser = "ok@summaries";

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        .. base.Settings,
        new("Summaries:Model", Summariser),
        new("Ai:Providers:0:Models:14:Id", Summariser), new("Ai:Providers:0:Models:14:ContextWindow", "64000"), new("Ai:Providers:0:Models:14:MaxOutputTokens", "2000"),
        new("Ai:Providers:0:Models:15:Id", Small), new("Ai:Providers:0:Models:15:ContextWindow", "1000"), new("Ai:Providers:0:Models:15:MaxOutputTokens", "100"),
    ];

    [Test]
    public async Task OlderMessages_AreSummarisedInTheBackground_ChargedToTheUser_AndGoneWithTheChat()
    {
        using var caller = await UserOfAsync(new { name = "long", history = "summarize", concurrency = 1 });
        var chat = $"/api/v1/chats/{await caller.OpenChatAsync("Long")}";
        JsonElement last = default;
        var asked = 0;
        for (; asked < 8 && (asked == 0 || !Codes(last).Contains("older_messages_summarized")); asked++)
        {
            last = (await caller.PostAsync($"{chat}/messages", new { content = Words(asked), model = Small })).ShouldBe(HttpStatusCode.OK).Json;
            if (asked == 4)
                await Eventually.HoldsAsync("the summary is stored", async () => await Api.Database.ScalarAsync("SELECT count(*) FROM chat_summaries") > 0);
        }

        last.GetProperty("findings").EnumerateArray().Should().Contain(finding => finding.GetProperty("step").GetString() == "context"
            && finding.GetProperty("code").GetString() == "older_messages_summarized" && finding.GetProperty("count").GetInt32() >= 2);
        var first = Api.Upstream.Model(Small).Calls[^1].Messages[0].Content;
        first.Should().Contain("<summary_of_earlier_messages>\nYou wrote ").And.NotContain("ann@");
        var shown = Api.Upstream.Model(Summariser).Calls.Should().NotBeEmpty().And.Subject.First().Messages[^1].Content;
        shown.Should().Contain("<question>\nMy address is <EMAIL_1>.").And.NotContain("ann@");
        (await Api.Database.ScalarAsync("SELECT count(*) FROM chat_summaries WHERE content NOT LIKE 'enc1:%'")).Should().Be(0);
        await Eventually.HoldsAsync("summaries are metered", async () =>
            (await caller.GetAsync("/api/v1/users/me/usage?by=model")).Json.GetRawText().Contains(Summariser, StringComparison.Ordinal));
        (await caller.GetAsync($"{chat}/messages?limit=100")).Json.GetProperty("items").GetArrayLength().Should().Be(2 * asked, "it is no message");

        (await caller.GetAsync("/api/v1/users/me/export")).Json.GetProperty("chats")[0].GetProperty("summaries")[0].GetProperty("content").GetString().Should().StartWith("You wrote ");

        (await caller.SendAsync(HttpMethod.Delete, chat)).ShouldBe(HttpStatusCode.NoContent);
        (await Api.Database.ScalarAsync("SELECT count(*) FROM chat_summaries")).Should().Be(0);
        await Books.ShouldBalanceAsync(Api.Database);
    }

    [Test]
    public async Task AsAPlanSays_PromptsAreOptimised_AndTheSavedTokensTold_WhileTheChatShowsWhatWasWritten()
    {
        using var caller = await UserOfAsync(new { name = "lean", steps = (object[])[new { step = "optimize", mode = "redact" }] });
        var messages = $"/api/v1/chats/{await caller.OpenChatAsync("Lean")}/messages";
        const string Text = "Hello,   there.\n\n\n\nHow are  you?";

        var answered = (await caller.PostAsync(messages, new { content = Text, model = "ok" })).ShouldBe(HttpStatusCode.OK);

        Api.Upstream.Model("ok").Calls[^1].Messages[^1].Content.Should().Be("Hello, there.\n\nHow are you?");
        answered.Json.GetProperty("findings").EnumerateArray().Should().ContainSingle().Which.Should().Match<JsonElement>(finding =>
            finding.GetProperty("code").GetString() == "tokens_saved" && finding.GetProperty("count").GetInt32() > 0);
        (await caller.GetAsync(messages)).Json.GetProperty("items")[1].GetProperty("content").GetString().Should().Be(Text);
    }

    [Test]
    public async Task CacheControl_SurvivesAllSteps_WhereTheTextIsRedactedAndOptimised()
    {
        using var caller = await UserOfAsync(new { name = "marked", steps = (object[])[new { step = "optimize", mode = "redact" }] });
        var body = JsonElement.Parse(
            """
            {"model":"ok","messages":[
              {"role":"system","content":[{"type":"text","text":"Mail root@example.com.","cache_control":{"type":"ephemeral"}}]},
              {"role":"user","content":[{"type":"text","text":"I am  ann@example.com.","cache_control":{"type":"ephemeral","ttl":"1h"}},{"type":"text","text":"Hello"}]},
              {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"look","arguments":"{}"}}],"cache_control":{"type":"ephemeral"}},
              {"role":"tool","tool_call_id":"c1","content":[{"type":"text","text":"bob@example.com","cache_control":{"type":"ephemeral"}}]}]}
            """);

        (await caller.PostAsync("/v1/chat/completions", body)).ShouldBe(HttpStatusCode.OK);

        var sent = JsonElement.Parse(Api.Upstream.Model("ok").Calls[^1].Body).GetProperty("messages").GetRawText();
        sent.Should().NotContain("@example.com").And.Contain("""{"type":"text","text":"I am <EMAIL_2>.","cache_control":{"type":"ephemeral","ttl":"1h"}}""");
        sent.Split("\"cache_control\":").Length.Should().Be(5, "four parts and messages have it");
    }

    [Test]
    public async Task AConversationOfACaller_IsNeverCut_SoThatNoResultLosesItsCall()
    {
        using var caller = await Api.SignInAsync();
        object[] messages =
        [
            new { role = "user", content = "Look." },
            new { role = "assistant", tool_calls = (object[])[new { id = "c1", type = "function", function = new { name = "look", arguments = $$"""{"at":"{{Words(1)}}"}""" } }] },
            new { role = "tool", tool_call_id = "c1", content = string.Join(' ', Enumerable.Range(0, 600)) },
        ];

        (await caller.PostAsync("/v1/chat/completions", new { model = Small, messages })).ShouldBe(HttpStatusCode.BadRequest).Json.GetProperty("error").GetProperty("code").GetString()
            .Should().Be("context_length_exceeded");
    }

    private async Task<ApiCaller> UserOfAsync(object plan)
    {
        var caller = await Api.SignInAsync();
        var made = (await Admin.PostAsync("/api/v1/admin/plans", plan)).ShouldBe(HttpStatusCode.Created);
        (await Admin.SendAsync(HttpMethod.Patch, $"/api/v1/admin/users/{caller.UserId}", new { planId = made.Text("id") })).ShouldBe(HttpStatusCode.OK);
        return caller;
    }

    private static IEnumerable<string?> Codes(JsonElement completion) =>
        completion.GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("code").GetString());

    private static string Words(int seed) => $"My address is ann@example.com. {string.Join(' ', Enumerable.Range(seed * 100, 90).Select(i => $"w{i % 7}"))}";
}
