using System.Net;
using CleanLlm.Testing;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Completions;

/// <summary>Ending a completion before its end: by a call, on any instance, or by leaving (promise 23).</summary>
public sealed class CancelTests(DatabaseKind kind) : TwoInstances(kind)
{
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(2);

    protected override IReadOnlyList<string> Models =>
        ["stall@cancel-here", "stall@cancel-there", "slow@cancel", "stall@leave", "slow@leave", "stall@stay", "stall@shared"];

    [TestCase("here")]
    [TestCase("there")]
    public async Task ACancelledStream_StopsTheModel_AndKeepsAndChargesWhatCame(string where)
    {
        var model = $"stall@cancel-{where}";
        using var here = await Api.SignInAsync();
        using var there = await SignInAtOtherAsync(here);
        await using var stream = await here.StreamAsync(Completions, new { prompt = "Hello", model });
        var id = (await stream.UntilAsync("completion.started")).Data.GetProperty("id").GetString()!;
        // The model pauses further on, and what a reader has seen has come.
        for (var text = ""; !text.Contains("words", StringComparison.Ordinal);)
            text += (await stream.UntilAsync("completion.delta")).Data.GetProperty("text").GetString();

        var since = TimeProvider.System.GetTimestamp();
        var answer = await (where == "here" ? here : there).PostAsync($"{Completions}/{id}/cancel", new { });
        await Api.Upstream.Model(model).AbandonedReachAsync(1);
        var took = TimeProvider.System.GetElapsedTime(since);

        answer.ShouldBe(HttpStatusCode.Accepted).Text("id").Should().Be(id);
        await TestContext.Out.WriteLineAsync($"cancelled {where}: the model was left after {took.TotalSeconds:F2} s");
        took.Should().BeLessThan(Promised + Patience.Slack);
        var ending = await stream.UntilAsync("completion.cancelled");
        ending.Data.GetProperty("status").GetString().Should().Be("cancelled");
        (await stream.NextAsync()).Should().BeNull();
        var stored = await there.GetAsync($"{Completions}/{id}");
        stored.Text("status").Should().Be("cancelled");
        stored.Json.GetProperty("message").GetProperty("content").GetString().Should().StartWith("You wrote 1 words");
        stored.Json.GetProperty("usage").GetProperty("completionTokens").GetInt32().Should().BePositive();
        await Books.ShouldBalanceAsync(Api.Database);
        (await here.QuotaAsync("tokens")).Reserved.Should().Be(0);
        (await Books.EntriesAsync(Api.Database, here.UserId)).Should().Be(1);
    }

    [Test]
    public async Task ACancelledJsonCall_IsAnswered_AndItsPromptIsCharged()
    {
        using var caller = await Api.SignInAsync();
        var asking = caller.PostAsync(Completions, new { prompt = "Hello", model = "slow@cancel" });
        await Api.Upstream.Model("slow@cancel").CallsReachAsync(1);
        var id = await RunningOfAsync(caller);

        (await caller.PostAsync($"{Completions}/{id}/cancel", new { })).ShouldBe(HttpStatusCode.Accepted);

        (await asking).ShouldBe(HttpStatusCode.OK).Text("status").Should().Be("cancelled");
        (await Books.EntriesAsync(Api.Database, caller.UserId)).Should().Be(1, "the model had been asked");
        (await caller.QuotaAsync("requests")).Should().Be((1, 0));
        var (used, reserved) = await caller.QuotaAsync("tokens");
        used.Should().BePositive();
        reserved.Should().Be(0);
        await Books.ShouldBalanceAsync(Api.Database);
    }

    [Test]
    public async Task ACompletionThatHasEnded_StaysAsItIs()
    {
        using var caller = await Api.SignInAsync();
        var id = (await caller.PostAsync(Completions, new { prompt = "Hello", model = "ok" })).Text("id");

        (await caller.PostAsync($"{Completions}/{id}/cancel", new { })).ShouldBe(HttpStatusCode.Accepted).Text("status").Should().Be("succeeded");

        (await caller.GetAsync($"{Completions}/{id}")).Text("status").Should().Be("succeeded");
    }

    [Test]
    public async Task LeavingAStream_ThatSaysSo_StopsTheModel()
    {
        using var caller = await Api.SignInAsync();
        string id;
        await using (var stream = await caller.StreamAsync(Completions, new { prompt = "Hello", model = "stall@leave", onDisconnect = "cancel" }))
        {
            id = (await stream.UntilAsync("completion.started")).Data.GetProperty("id").GetString()!;
            await stream.UntilAsync("completion.delta");
        }

        await Api.Upstream.Model("stall@leave").AbandonedReachAsync(1);
        await Eventually.HoldsAsync("it is cancelled", async () => (await caller.GetAsync($"{Completions}/{id}")).Text("status") == "cancelled");
        await Books.ShouldBalanceAsync(Api.Database);
        (await Books.EntriesAsync(Api.Database, caller.UserId)).Should().Be(1, "what had come is charged, once");
    }

    [Test]
    public async Task LeavingAJsonCall_ThatSaysSo_StopsTheModel()
    {
        using var caller = await Api.SignInAsync();
        using (var leaving = new HttpClient { BaseAddress = Api.Address })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Completions)
            {
                Content = System.Net.Http.Json.JsonContent.Create(new { prompt = "Hello", model = "slow@leave", onDisconnect = "cancel" }),
            };
            request.Headers.Authorization = caller.Credential;
            _ = leaving.SendAsync(request);
            await Api.Upstream.Model("slow@leave").CallsReachAsync(1);
        }

        await Api.Upstream.Model("slow@leave").AbandonedReachAsync(1);
    }

    [Test]
    public async Task LeavingAStream_ThatSomebodyElseReads_StopsNothing()
    {
        using var caller = await Api.SignInAsync();
        EventStream other;
        await using (var stream = await caller.StreamAsync(Completions, new { prompt = "Hello", model = "stall@shared", onDisconnect = "cancel" }))
        {
            var id = (await stream.UntilAsync("completion.started")).Data.GetProperty("id").GetString()!;
            other = await caller.FollowAsync(id);
            await other.UntilAsync("completion.delta");
        }

        Api.Upstream.Release("stall@shared");
        await using (other)
            (await other.ToEndAsync())[^1].Type.Should().Be("completion.finished");
    }

    [Test]
    public async Task AnUnknownWordForLeaving_IsRefused()
    {
        using var caller = await Api.SignInAsync();

        (await caller.PostAsync(Completions, new { prompt = "Hello", model = "ok", onDisconnect = "explode" })).ShouldBeProblem(400, "request.malformed");
    }
}
