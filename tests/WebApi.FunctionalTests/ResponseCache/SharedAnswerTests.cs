using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Upstream;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.ResponseCache;

/// <summary>Users of a plan that shares its answers, and instances that share a cache.</summary>
public sealed class SharedAnswerTests(DatabaseKind kind) : ApiTests(kind)
{
    private const string Completions = "/api/v1/completions";
    private const int Crowd = 50;

    protected override IEnumerable<KeyValuePair<string, string>> Settings => new Dictionary<string, string>(
        CacheSettings.With("slow@stampede", "stall@follow", "stall@led", "ok@shared", "ok@cleared"), StringComparer.Ordinal)
    {
        ["ResponseCache:SharedPlans:0"] = ApiSettings.Plan,
    };

    [OneTimeSetUp]
    public Task ConnectAsync() => CacheSettings.ConnectAsync(Api);

    [Test]
    public async Task ManyWhoAskTheSameAtOnce_MakeOneCall_AndOnePays()
    {
        const string Model = "slow@stampede";
        using var one = await Api.SignInAsync();
        using var other = await Api.SignInAsync();
        var question = new { prompt = "What is love?", model = Model, temperature = 0 };

        var asked = Enumerable.Range(0, Crowd).Select(async i =>
        {
            var caller = i % 3 == 0 ? other : one;
            if (i % 2 == 0)
                return (await caller.PostInCrowdAsync(Completions, question)).ShouldBe(HttpStatusCode.OK).Json;
            await using var stream = await caller.StreamInCrowdAsync(Completions, question);
            return (await stream.UntilAsync("completion.finished")).Data;
        }).ToList();
        await Eventually.HoldsAsync(
            "all are admitted",
            async () => await Api.Database.ScalarAsync($"SELECT count(*) FROM completions WHERE model = '{Model}' AND status = 2") == Crowd);
        Api.Upstream.Release(Model);
        var answers = await Task.WhenAll(asked);

        var calls = Api.Upstream.Model(Model).Calls.Count;
        TestContext.Out.WriteLine($"{Crowd} equal requests at once, half of them streamed, by two users: {calls} call of the provider, {answers.Count(answer => !answer.GetProperty("cached").GetBoolean())} paid");
        calls.Should().Be(1);
        answers.Count(answer => !answer.GetProperty("cached").GetBoolean()).Should().Be(1);
        answers.Select(answer => answer.GetProperty("message").GetProperty("content").GetString()).Distinct().Should().ContainSingle();
        (await Api.Database.ScalarAsync($"SELECT sum(completion_tokens) FROM usage_ledger WHERE model = '{Model}'"))
            .Should().Be(Api.Upstream.Model(Model).CompletionTokens, "the ledger says what the provider counted");
        await Books.ShouldBalanceAsync(Api.Database);
    }

    [Test]
    public async Task WhoFollows_SeesTheAnswerAsItComes()
    {
        const string Model = "stall@follow";
        using var caller = await Api.SignInAsync();
        var question = new { prompt = "Go on", model = Model, temperature = 0 };
        await using var leader = await caller.StreamAsync(Completions, question);
        await leader.UntilAsync("completion.delta");

        await using var follower = await caller.StreamAsync(Completions, question);
        var piece = await follower.UntilAsync("completion.delta");
        Api.Upstream.Release(Model);

        piece.Data.GetProperty("text").GetString().Should().NotBeEmpty("half of the answer is there while the provider stands still");
        (await follower.UntilAsync("completion.finished")).Data.GetProperty("cached").GetBoolean().Should().BeTrue();
        (await leader.UntilAsync("completion.finished")).Data.GetProperty("cached").GetBoolean().Should().BeFalse();
        Api.Upstream.Model(Model).Calls.Should().ContainSingle();
    }

    [Test]
    public async Task WhoFollowsSomebodyWhoLeft_SeesAllOfTheAnswer_AndPaysForIt_Once()
    {
        const string Model = "stall@led";
        using var one = await Api.SignInAsync();
        using var other = await Api.SignInAsync();
        var question = new { prompt = "Go on", model = Model, temperature = 0 };
        EventStream follower;
        string led;
        await using (var leader = await one.StreamAsync(Completions, new { question.prompt, question.model, question.temperature, onDisconnect = "cancel" }))
        {
            led = (await leader.UntilAsync("completion.started")).Data.GetProperty("id").GetString()!;
            await leader.UntilAsync("completion.delta");
            follower = await other.StreamAsync(Completions, question);
        }

        await using (follower)
        {
            var text = (await follower.UntilAsync("completion.delta")).Data.GetProperty("text").GetString();
            await Eventually.HoldsAsync("the leader is gone", async () => (await one.GetAsync($"{Completions}/{led}")).Text("status") == "cancelled");
            Api.Upstream.Release(Model);
            var rest = await follower.ToEndAsync();

            (text + string.Concat(rest.SkipLast(1).Select(piece => piece.Data.GetProperty("text").GetString()))).Should().Be(UpstreamAnswers.Of(promptWords: 2));
            rest[^1].Type.Should().Be("completion.finished");
            rest[^1].Data.GetProperty("cached").GetBoolean().Should().BeFalse();
        }

        Api.Upstream.Model(Model).Calls.Should().ContainSingle();
        Api.Upstream.Model(Model).Abandoned.Should().Be(0);
        (await Api.Database.ScalarAsync($"SELECT count(*) FROM usage_ledger WHERE model = '{Model}' AND cost_nanos > 0")).Should().Be(1);
        (await Api.Database.ScalarAsync($"SELECT sum(completion_tokens) FROM usage_ledger WHERE model = '{Model}'"))
            .Should().Be(Api.Upstream.Model(Model).CompletionTokens, "the ledger says what the provider counted");
        await Books.ShouldBalanceAsync(Api.Database);
    }

    [Test]
    public async Task UsersOfASharingPlan_ShareAnswers()
    {
        using var one = await Api.SignInAsync();
        using var other = await Api.SignInAsync();
        var question = new { prompt = "Hello", model = "ok@shared", temperature = 0 };
        (await one.PostAsync(Completions, question)).ShouldBe(HttpStatusCode.OK);

        await Eventually.HoldsAsync("the other one's is cached", () => IsCachedAsync(other, question));

        Api.Upstream.Model("ok@shared").Calls.Should().ContainSingle();
    }

    [Test]
    public async Task Clear_EmptiesTheCacheOfEveryInstance_AndIsAudited()
    {
        await using var beside = Api.Database.Kind == DatabaseKind.Postgres ? CleanLlmApi.StartBeside(Api) : null;
        await (beside is null ? Task.CompletedTask : CacheSettings.ConnectAsync(beside));
        using var admin = await Api.SignInAsync();
        using var there = new ApiCaller((beside ?? Api).Address);
        await there.RegisterAsync();
        var question = new { prompt = "Hello", model = "ok@cleared", temperature = 0 };
        await admin.PostAsync(Completions, question);
        await Eventually.HoldsAsync("it is cached here", () => IsCachedAsync(admin, question));
        await Eventually.HoldsAsync("it is cached there", () => IsCachedAsync(there, question));

        (await admin.DeleteAsync("/api/v1/admin/cache")).ShouldBeProblem(403, "auth.forbidden");
        await Api.Database.ExecuteAsync($"UPDATE users SET role = 2 WHERE lower(CAST(id AS text)) = '{admin.UserId}'");
        await Eventually.HoldsAsync("they are an admin", async () => (await admin.DeleteAsync("/api/v1/admin/cache")).Status == HttpStatusCode.NoContent);

        await Eventually.HoldsAsync("the other instance asks anew", async () => !await IsCachedAsync(there, question));
        (await Api.Database.ScalarAsync("SELECT count(*) FROM audit_log WHERE action = 'admin.cache_cleared'")).Should().Be(1);
    }

    private static async Task<bool> IsCachedAsync(ApiCaller caller, object question) =>
        (await caller.PostAsync(Completions, question)).ShouldBe(HttpStatusCode.OK).Json.GetProperty("cached").GetBoolean();
}
