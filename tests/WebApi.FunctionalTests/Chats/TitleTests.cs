using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Chats;

public sealed class TitleTests(DatabaseKind kind) : ApiTests(kind)
{
    private const string Chats = "/api/v1/chats";

    // The cheapest by far, and no caller names it: only titles are asked of it.
    private const string Cheapest = "slow@titles";

    protected override IEnumerable<KeyValuePair<string, string>> Settings => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Titles:Enabled"] = "true",
        ["Ai:Providers:0:Models:14:Id"] = Cheapest,
        ["Ai:Providers:0:Models:14:Price:Prompt"] = "0.01",
        ["Ai:Providers:0:Models:14:Price:Completion"] = "0.01",
    };

    [Test]
    public async Task AChatWithoutATitle_GetsOne_AfterItsFirstAnswer_ChargedAndNotInTheChat()
    {
        using var caller = await Api.SignInAsync();
        var chat = $"{Chats}/{await caller.OpenChatAsync()}";

        // The title's model hangs: neither this answer nor the next one waits for it.
        (await caller.PostAsync($"{chat}/messages", new { content = "What is love?", model = "ok" })).ShouldBe(HttpStatusCode.OK);
        (await caller.PostAsync($"{chat}/messages", new { content = "And hate?", model = "ok" })).ShouldBe(HttpStatusCode.OK);
        await Eventually.HoldsAsync("the title is asked for", () => Task.FromResult(Api.Upstream.Model(Cheapest).Calls.Any(call => call.Body.Contains("What is love?", StringComparison.Ordinal))));
        (await caller.GetAsync(chat)).Text("title").Should().BeEmpty();
        var updatedAt = (await caller.GetAsync(chat)).Text("updatedAt");
        Api.Upstream.Release(Cheapest);
        await Eventually.HoldsAsync("the chat has a title", async () => (await caller.GetAsync(chat)).Text("title").Length > 0);

        var titled = await caller.GetAsync(chat);
        titled.Text("title").Should().StartWith("You wrote").And.Match(title => title.Length <= 80);
        titled.Text("updatedAt").Should().Be(updatedAt, "a title is no activity");
        titled.Text("messageCount").Should().Be("4");
        (await caller.GetAsync(Chats)).Json.GetProperty("items")[0].GetProperty("title").GetString().Should().Be(titled.Text("title"));
        Api.Upstream.Model(Cheapest).Calls.Count(call => call.Body.Contains("What is love?", StringComparison.Ordinal)).Should().Be(1);
        (await caller.QuotaAsync("requests")).Used.Should().Be(3, "the title is metered too");
        (await caller.GetAsync("/api/v1/users/me/usage?by=model")).Json.GetRawText().Should().Contain(Cheapest);
        (await Api.Database.ScalarAsync($"SELECT count(*) FROM completions WHERE model = '{Cheapest}' AND (prompt IS NOT NULL OR answer IS NOT NULL)")).Should().Be(0);
        await Books.ShouldBalanceAsync(Api.Database);
    }

    [Test]
    public async Task ATitleOfTheUser_IsLeftAlone()
    {
        using var caller = await Api.SignInAsync();
        var named = $"{Chats}/{await caller.OpenChatAsync("Mine")}";
        var late = $"{Chats}/{await caller.OpenChatAsync()}";

        (await caller.PostAsync($"{named}/messages", new { content = "Never asked", model = "ok" })).ShouldBe(HttpStatusCode.OK);
        (await caller.PostAsync($"{late}/messages", new { content = "Asked in vain", model = "ok" })).ShouldBe(HttpStatusCode.OK);
        await Eventually.HoldsAsync("the title is asked for", () => Task.FromResult(Api.Upstream.Model(Cheapest).Calls.Any(call => call.Body.Contains("Asked in vain", StringComparison.Ordinal))));
        (await caller.SendAsync(HttpMethod.Patch, late, new { title = "Also mine" })).ShouldBe(HttpStatusCode.OK);
        Api.Upstream.Release(Cheapest);
        await Eventually.HoldsAsync("the title's completion has ended", async () => (await caller.QuotaAsync("requests")).Used == 3);

        (await caller.GetAsync(late)).Text("title").Should().Be("Also mine");
        (await caller.GetAsync(named)).Text("title").Should().Be("Mine");
        Api.Upstream.Model(Cheapest).Calls.Should().NotContain(call => call.Body.Contains("Never asked", StringComparison.Ordinal));
    }
}
