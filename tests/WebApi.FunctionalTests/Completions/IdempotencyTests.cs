using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Completions;

/// <summary>The same request under one <c>Idempotency-Key</c> makes one completion and one charge (promise 24).</summary>
public sealed class IdempotencyTests(DatabaseKind kind) : TwoInstances(kind)
{
    private const string Header = "Idempotency-Key";

    protected override IReadOnlyList<string> Models => ["slow@same", "stall@attach", "ok@once", "status-500@once"];

    [Test]
    public async Task AHundredParallelPosts_MakeOneCompletion_AndOneCharge()
    {
        using var here = await Api.SignInAsync();
        using var there = await SignInAtOtherAsync(here);
        var body = new { prompt = "Hello", model = "slow@same" };

        var posts = Enumerable.Range(0, 100).Select(i => PostOrStreamAsync(i % 2 == 0 ? here : there, body, stream: i % 4 > 1)).ToList();
        await Api.Upstream.Model("slow@same").CallsReachAsync(1);
        Api.Upstream.Release("slow@same");
        var answers = await Task.WhenAll(posts);

        var ids = answers.Select(answer => answer.Id).Distinct().ToList();
        var charges = await Books.EntriesAsync(Api.Database, here.UserId);
        await TestContext.Out.WriteLineAsync(
            $"100 parallel posts: {ids.Count} completion, {charges} charge, {Api.Upstream.Model("slow@same").Calls.Count} call of the model, "
            + $"{answers.Count(answer => answer.Replayed)} told that they are repetitions");
        ids.Should().ContainSingle();
        answers.Count(answer => !answer.Replayed).Should().Be(1);
        charges.Should().Be(1);
        Api.Upstream.Model("slow@same").Calls.Should().ContainSingle();
        await Books.ShouldBalanceAsync(Api.Database);
        (await here.QuotaAsync("requests")).Should().Be((1, 0));
    }

    [Test]
    public async Task AStream_ThatIsRetriedWhileItRuns_IsJoined()
    {
        using var here = await Api.SignInAsync();
        using var there = await SignInAtOtherAsync(here);
        var body = new { prompt = "Hello", model = "stall@attach" };
        await using var first = await here.StreamAsync(Completions, body, (Header, "joined"));
        await first.UntilAsync("completion.delta");

        await using var second = await there.StreamAsync(Completions, body, (Header, "joined"));
        await second.UntilAsync("completion.delta");
        Api.Upstream.Release("stall@attach");

        second.Response.Headers.GetValues("Idempotency-Replayed").Should().Equal("true");
        var (one, two) = (await first.ToEndAsync(), await second.ToEndAsync());
        two[^1].Data.ToString().Should().Be(one[^1].Data.ToString());
        Api.Upstream.Model("stall@attach").Calls.Should().ContainSingle();
    }

    [Test]
    public async Task ARetry_AfterTheEnd_IsGivenTheFirstOutcome()
    {
        using var here = await Api.SignInAsync();
        using var there = await SignInAtOtherAsync(here);
        var body = new { prompt = "Hello", model = "ok@once" };

        var first = await SendAsync(here, body, "again");
        var second = await SendAsync(there, body, "again");
        await using var third = await there.StreamAsync(Completions, body, (Header, "again"));

        first.ShouldBe(HttpStatusCode.OK).Headers.ContainsKey("Idempotency-Replayed").Should().BeFalse();
        second.ShouldBe(HttpStatusCode.OK).Headers["Idempotency-Replayed"].Should().Be("true");
        second.Json.ToString().Should().Be(first.Json.ToString());
        (await third.UntilAsync("completion.finished")).Data.ToString().Should().Be(first.Json.ToString());
        Api.Upstream.Model("ok@once").Calls.Should().ContainSingle();
        (await Books.EntriesAsync(Api.Database, here.UserId)).Should().Be(1);
    }

    [Test]
    public async Task AFailure_IsReplayedToo()
    {
        using var caller = await Api.SignInAsync();
        var body = new { prompt = "Hello", model = "status-500@once" };

        var first = await SendAsync(caller, body, "failed");
        var calls = Api.Upstream.Model("status-500@once").Calls.Count;
        var second = await SendAsync(caller, body, "failed");

        second.ShouldBeProblem((int)first.Status, first.Text("code"));
        second.Headers["Idempotency-Replayed"].Should().Be("true");
        Api.Upstream.Model("status-500@once").Calls.Should().HaveCount(calls);
    }

    [Test]
    public async Task AnotherBody_IsRefused_AndAnotherUser_HasKeysOfTheirOwn()
    {
        using var caller = await Api.SignInAsync();
        using var other = await Api.SignInAsync();
        var first = await SendAsync(caller, new { prompt = "Hello", model = "ok" }, "shared");

        (await SendAsync(caller, new { prompt = "Hello there", model = "ok" }, "shared")).ShouldBeProblem(422, "idempotency.key_reused");
        var chat = await caller.OpenChatAsync();
        (await caller.SendAsync(HttpMethod.Post, $"/api/v1/chats/{chat}/messages", new { content = "Hello" }, [new(Header, "shared")])).ShouldBeProblem(422, "idempotency.key_reused");
        (await SendAsync(other, new { prompt = "Hello there", model = "ok" }, "shared")).ShouldBe(HttpStatusCode.OK).Text("id").Should().NotBe(first.Text("id"));
    }

    [Test]
    public async Task InAChat_TheMessagesAreAddedOnce()
    {
        using var caller = await Api.SignInAsync();
        var messages = $"/api/v1/chats/{await caller.OpenChatAsync()}/messages";
        var body = new { content = "Hello", model = "ok" };

        var first = await caller.SendAsync(HttpMethod.Post, messages, body, [new(Header, "in a chat")]);
        var second = await caller.SendAsync(HttpMethod.Post, messages, body, [new(Header, "in a chat")]);

        second.ShouldBe(HttpStatusCode.OK).Text("id").Should().Be(first.Text("id"));
        (await caller.GetAsync(messages)).Ids.Should().HaveCount(2);
    }

    [Test]
    public async Task AKey_OlderThanADay_IsForgotten()
    {
        using var caller = await Api.SignInAsync();
        var body = new { prompt = "Hello", model = "ok" };
        var first = await SendAsync(caller, body, "yesterday's");
        await Api.Database.ExecuteAsync(Api.Database.Kind == DatabaseKind.Postgres
            ? $"UPDATE idempotency_keys SET created_at = created_at - interval '25 hours' WHERE user_id = '{caller.UserId}'"
            : $"UPDATE idempotency_keys SET created_at = created_at - 25 * 36000000000 WHERE lower(user_id) = '{caller.UserId}'");

        var second = await SendAsync(caller, body, "yesterday's");

        second.ShouldBe(HttpStatusCode.OK).Text("id").Should().NotBe(first.Text("id"));
    }

    [TestCase("")]
    [TestCase("tab\there")]
    public async Task AKeyThatIsNone_IsRefused(string key)
    {
        using var caller = await Api.SignInAsync();

        (await SendAsync(caller, new { prompt = "Hello", model = "ok" }, key)).ShouldBeProblem(422, "validation.failed");
        (await SendAsync(caller, new { prompt = "Hello", model = "ok" }, new string('k', 256))).ShouldBeProblem(422, "validation.failed");
    }

    private static Task<ApiAnswer> SendAsync(ApiCaller caller, object body, string key) =>
        caller.SendAsync(HttpMethod.Post, Completions, body, [new(Header, key)]);

    private static async Task<(string Id, bool Replayed)> PostOrStreamAsync(ApiCaller caller, object body, bool stream)
    {
        const string key = "one of a hundred";
        if (!stream)
        {
            var answer = await caller.PostInCrowdAsync(Completions, body, new KeyValuePair<string, string>(Header, key));
            return (answer.ShouldBe(HttpStatusCode.OK).Text("id"), answer.Headers.ContainsKey("Idempotency-Replayed"));
        }

        await using var events = await caller.StreamInCrowdAsync(Completions, body, (Header, key));
        var finished = await events.UntilAsync("completion.finished");
        return (finished.Data.GetProperty("id").GetString()!, events.Response.Headers.Contains("Idempotency-Replayed"));
    }
}
