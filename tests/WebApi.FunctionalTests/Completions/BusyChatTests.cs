using System.Net;
using System.Text.Json;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Completions;

/// <summary>One question at a time is answered at each place of a chat, on any instance.</summary>
public sealed class BusyChatTests(DatabaseKind kind) : TwoInstances(kind)
{
    private const string Chats = "/api/v1/chats";

    protected override IReadOnlyList<string> Models =>
        ["stall@busy", "slow@keyed", "slow@unkeyed", "stall@cancelled", "stall@edit", "stall@beside", "stall@opened", "stall@switched", "ok@race"];

    [Test]
    public async Task ASecondMessage_OnTheSameBranch_IsToldWhatRuns_AndCostsNothing()
    {
        using var here = await Api.SignInAsync();
        using var there = await SignInAtOtherAsync(here);
        var messages = $"{Chats}/{await here.OpenChatAsync()}/messages";
        await using var stream = await here.StreamAsync(messages, new { content = "First", model = "stall@busy" });
        var running = (await stream.UntilAsync("completion.started")).Data.GetProperty("id").GetString();
        var held = await here.QuotaAsync("tokens");

        foreach (var caller in (ApiCaller[])[here, there])
        {
            var refused = await caller.PostAsync(messages, new { content = "Second", model = "ok" });
            refused.ShouldBeProblem(409, "chat.busy").Text("completionId").Should().Be(running);
        }

        (await here.QuotaAsync("tokens")).Should().Be(held);
        Api.Upstream.Release("stall@busy");
        await stream.UntilAsync("completion.finished");
        (await there.PostAsync(messages, new { content = "Second", model = "ok" })).ShouldBe(HttpStatusCode.OK);
        (await here.GetAsync(messages)).Json.GetProperty("items").EnumerateArray().Select(message => message.GetProperty("content").GetString())
            .Should().HaveCount(4).And.ContainInOrder("Second", "First");
        await Books.ShouldBalanceAsync(Api.Database);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task TwentyAtOnce_RunOnce(bool keyed)
    {
        var model = keyed ? "slow@keyed" : "slow@unkeyed";
        using var here = await Api.SignInAsync();
        using var there = await SignInAtOtherAsync(here);
        var messages = $"{Chats}/{await here.OpenChatAsync()}/messages";
        KeyValuePair<string, string>[] headers = keyed ? [new("Idempotency-Key", "twenty")] : [];

        var posts = Enumerable.Range(0, 20)
            .Select(i => (i % 2 == 0 ? here : there).PostInCrowdAsync(messages, new { content = "Hello", model }, headers)).ToList();
        if (!keyed)
            await Eventually.HoldsAsync("19 are refused", () => Task.FromResult(posts.Count(post => post.IsCompleted) == 19));
        Api.Upstream.Release(model);
        var answers = await Task.WhenAll(posts);

        var done = answers.Where(answer => answer.Status == HttpStatusCode.OK).ToList();
        done.Select(answer => answer.Text("id")).Distinct().Should().ContainSingle();
        done.Should().HaveCount(keyed ? 20 : 1);
        foreach (var refused in answers.Where(answer => answer.Status != HttpStatusCode.OK))
            refused.ShouldBeProblem(409, "chat.busy").Text("completionId").Should().Be(done[0].Text("id"));
        Api.Upstream.Model(model).Calls.Should().ContainSingle();
        (await here.GetAsync(messages)).Ids.Should().HaveCount(2);
        (await Books.EntriesAsync(Api.Database, here.UserId)).Should().Be(1);
        await Books.ShouldBalanceAsync(Api.Database);
    }

    [Test]
    public async Task QuickAnswers_ThatOvertakeEachOther_AreAllOnTheBranch()
    {
        using var here = await Api.SignInAsync();
        using var there = await SignInAtOtherAsync(here);
        var messages = $"{Chats}/{await here.OpenChatAsync()}/messages";

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? here : there).PostInCrowdAsync(messages, new { content = "Hello", model = "ok@race" })));

        answers.Should().OnlyContain(answer => answer.Status == HttpStatusCode.OK || answer.Status == HttpStatusCode.Conflict);
        var done = answers.Where(answer => answer.Status == HttpStatusCode.OK).Select(answer => answer.Json.GetProperty("message").GetProperty("id").GetString()).ToList();
        (await here.GetAsync($"{messages}?limit=100")).Ids.Where((_, i) => i % 2 == 0).Should().BeEquivalentTo(done, "what is accepted is not missing afterwards");
    }

    [Test]
    public async Task ACancelledRun_FreesTheBranch()
    {
        using var here = await Api.SignInAsync();
        using var there = await SignInAtOtherAsync(here);
        var messages = $"{Chats}/{await here.OpenChatAsync()}/messages";
        await using var stream = await here.StreamAsync(messages, new { content = "First", model = "stall@cancelled" });
        await stream.UntilAsync("completion.delta");
        var busy = await there.PostAsync(messages, new { content = "Second", model = "ok" });

        await there.PostAsync($"{Completions}/{busy.ShouldBeProblem(409, "chat.busy").Text("completionId")}/cancel", new { });
        await stream.UntilAsync("completion.cancelled");

        (await there.PostAsync(messages, new { content = "Second", model = "ok" })).ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task AnotherBranch_IsAnsweredAtTheSameTime()
    {
        using var caller = await Api.SignInAsync();
        var messages = $"{Chats}/{await caller.OpenChatAsync()}/messages";
        var first = await AskAsync(caller, messages, "First");
        await using var going = await caller.StreamAsync(messages, new { content = "Second", model = "stall@beside" });
        await going.UntilAsync("completion.delta");
        await using var edit = await caller.StreamAsync($"{messages}/{first.GetProperty("parentId").GetString()}/edit", new { content = "Anew", model = "stall@edit" });
        await edit.UntilAsync("completion.delta");

        (await caller.PostAsync($"{messages}/{first.GetProperty("parentId").GetString()}/edit", new { content = "Anew again", model = "ok" }))
            .ShouldBeProblem(409, "chat.busy");
        (await caller.PostAsync($"{messages}/{first.GetProperty("id").GetString()}/regenerate", new { model = "ok" })).ShouldBe(HttpStatusCode.OK);

        Api.Upstream.Release("stall@beside");
        await going.UntilAsync("completion.finished");
        Api.Upstream.Release("stall@edit");
        await edit.UntilAsync("completion.finished");
        (await caller.GetAsync(messages)).Json.GetProperty("items")[1].GetProperty("content").GetString().Should().Be("Anew", "it was finished last");
    }

    [Test]
    public async Task AChatOpenedElsewhere_ShowsWhatRuns_AndCanReadAlong()
    {
        using var here = await Api.SignInAsync();
        using var there = await SignInAtOtherAsync(here);
        var chat = $"{Chats}/{await here.OpenChatAsync()}";
        await using var stream = await here.StreamAsync($"{chat}/messages", new { content = "What now?", model = "stall@opened" });
        await stream.UntilAsync("completion.delta");

        var running = (await there.GetAsync(chat)).Json.GetProperty("running");
        running.GetProperty("content").GetString().Should().Be("What now?");
        (await there.GetAsync($"{chat}/messages")).Ids.Should().BeEmpty();
        (await there.SendAsync(HttpMethod.Patch, chat, new { title = "Now" })).Json.GetProperty("running").ToString().Should().Be(running.ToString());
        await using var along = await there.FollowAsync(running.GetProperty("completionId").GetString()!);
        Api.Upstream.Release("stall@opened");
        var finished = await along.UntilAsync("completion.finished");

        finished.Data.GetProperty("message").GetProperty("parentId").GetString().Should().Be(running.GetProperty("questionId").GetString());
        (await there.GetAsync(chat)).Json.GetProperty("running").ValueKind.Should().Be(JsonValueKind.Null);
        (await there.GetAsync($"{chat}/messages")).Ids[1].Should().Be(running.GetProperty("questionId").GetString());
    }

    [Test]
    public async Task AnAnswer_FinishedAfterASwitch_BecomesTheEndOfTheActiveBranch()
    {
        using var caller = await Api.SignInAsync();
        var chat = $"{Chats}/{await caller.OpenChatAsync()}";
        var first = await AskAsync(caller, $"{chat}/messages", "First");
        var again = (await caller.PostAsync($"{chat}/messages/{first.GetProperty("id").GetString()}/regenerate", new { model = "ok" })).Json.GetProperty("message");
        await using var stream = await caller.StreamAsync($"{chat}/messages", new { content = "Second", model = "stall@switched" });
        await stream.UntilAsync("completion.delta");

        await caller.SendAsync(HttpMethod.Put, $"{chat}/active-leaf", new { messageId = first.GetProperty("id").GetString() });
        (await caller.GetAsync(chat)).Text("activeLeafId").Should().Be(first.GetProperty("id").GetString());
        Api.Upstream.Release("stall@switched");
        var finished = await stream.UntilAsync("completion.finished");

        (await caller.GetAsync(chat)).Text("activeLeafId").Should().Be(finished.Data.GetProperty("message").GetProperty("id").GetString());
        (await caller.GetAsync($"{chat}/messages")).Ids[2].Should().Be(again.GetProperty("id").GetString());
    }

    private static async Task<JsonElement> AskAsync(ApiCaller caller, string messages, string content) =>
        (await caller.PostAsync(messages, new { content, model = "ok" })).ShouldBe(HttpStatusCode.OK).Json.GetProperty("message");
}
