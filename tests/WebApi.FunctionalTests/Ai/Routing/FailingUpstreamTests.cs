using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Upstream;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Ai.Routing;

/// <summary>
/// Promises 27 and 28: with 30 % of the calls of two providers failing nearly all requests succeed, and none is tried again once it has
/// begun.
/// </summary>
public sealed class FailingUpstreamTests(DatabaseKind kind) : ApiTests(kind)
{
    private const int Requests = 1_500;
    private const int Streams = 500;
    private const int AtOnce = 16;

    // Apart for each kind of database, so that what the services saw can be told apart.
    private string Chaos => $"chaos-30@{Kind}";

    private DatabaseKind Kind { get; } = kind;

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        .. FaultyUpstreams.Provider(0, "first", FaultyUpstreams.First.BaseUrl, "chaos", Chaos),
        .. FaultyUpstreams.Provider(1, "second", FaultyUpstreams.Second.BaseUrl, "chaos", Chaos),
        .. FaultyUpstreams.Provider(2, "breaks", FaultyUpstreams.First.BaseUrl, "begun", $"cut-clean@{Kind}"),
        .. FaultyUpstreams.Provider(3, "holds", FaultyUpstreams.Second.BaseUrl, "begun", $"ok@{Kind}", priority: 1),
        .. FaultyUpstreams.Provider(4, "down", FaultyUpstreams.Nobody, "big"),
        .. FaultyUpstreams.Provider(5, "up", FaultyUpstreams.Second.BaseUrl, "small", $"ok@small-{Kind}"),
        new("Ai:Providers:104:Models:0:Fallbacks:0", "small"),
    ];

    [Test]
    public async Task Requests_WhenThreeInTenUpstreamCallsFail_NearlyAllSucceed()
    {
        using var caller = await Api.SignInAsync();
        var succeeded = 0;

        await Parallel.ForEachAsync(Enumerable.Range(0, Requests + Streams), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) =>
        {
            var body = new { prompt = "What is love?", model = "chaos", maxTokens = 50, store = false };
            if (i % ((Requests + Streams) / Streams) != 0)
            {
                if ((await caller.PostInCrowdAsync("/api/v1/completions", body)).Status == System.Net.HttpStatusCode.OK)
                    Interlocked.Increment(ref succeeded);
                return;
            }

            await using var events = await caller.StreamInCrowdAsync("/api/v1/completions", body);
            if ((await events.ToEndAsync())[^1].Type == "completion.finished")
                Interlocked.Increment(ref succeeded);
        });

        var calls = new[] { FaultyUpstreams.First, FaultyUpstreams.Second }.Select(upstream => upstream.Model(Chaos).Calls.Count).ToList();
        TestContext.Out.WriteLine(
            $"{succeeded} of {Requests + Streams} requests succeeded ({100.0 * succeeded / (Requests + Streams):0.000} %), "
            + $"{Streams} of them streams; the services got {calls[0]} + {calls[1]} calls.");
        succeeded.Should().BeGreaterThanOrEqualTo((int)Math.Ceiling(0.999 * (Requests + Streams)));
        calls.Sum().Should().BeGreaterThan((int)(1.3 * (Requests + Streams)), "three in ten calls failed");
        await Books.ShouldBalanceAsync(Api.Database);
        (await Books.EntriesAsync(Api.Database, caller.UserId)).Should().Be(succeeded);
    }

    [Test]
    public async Task AStream_WhenItBreaksOffAfterItsFirstByte_IsNotTriedAgain()
    {
        using var caller = await Api.SignInAsync();
        var broken = FaultyUpstreams.First.Model($"cut-clean@{Kind}");
        var whole = FaultyUpstreams.Second.Model($"ok@{Kind}");
        var (before, other) = (broken.Calls.Count, whole.Calls.Count);

        for (var i = 0; i < 5; i++)
        {
            await using var stream = await caller.StreamAsync("/api/v1/completions", new { prompt = "What is love?", model = "begun" });
            var events = await stream.ToEndAsync();

            events.Should().Contain(e => e.Type == "completion.delta");
            events[^1].Type.Should().Be("completion.failed");
            events[^1].Data.GetProperty("code").GetString().Should().Be("provider.cut_off");
        }

        TestContext.Out.WriteLine(
            $"5 streams broke off after their first byte: {broken.Calls.Count - before} calls of their service, {whole.Calls.Count - other} of the other.");
        (broken.Calls.Count - before).Should().Be(5);
        whole.Calls.Count.Should().Be(other);
        (await caller.QuotaAsync("requests")).Should().Be((5, 0));
        await Books.ShouldBalanceAsync(Api.Database);
    }

    [Test]
    public async Task AJsonAnswer_WhenItBreaksOff_ComesFromTheNextProviderAndIsChargedAtItsPrice()
    {
        using var caller = await Api.SignInAsync();

        var answer = await caller.PostAsync("/api/v1/completions", new { prompt = "What is love?", model = "begun" });

        answer.ShouldBe(System.Net.HttpStatusCode.OK);
        answer.Json.GetProperty("message").GetProperty("content").GetString().Should().Be(UpstreamAnswers.Of(3));
        var usage = answer.Json.GetProperty("usage");
        usage.GetProperty("costMicros").GetInt64().Should().Be(4 * usage.GetProperty("totalTokens").GetInt64());
        (await LedgerAsync(caller, "holds")).Should().Be(1);
    }

    [Test]
    public async Task AModel_WhenItsProviderIsDown_IsStoodInForByItsFallback([Values] bool stream)
    {
        using var caller = await Api.SignInAsync();
        var body = new { prompt = "What is love?", model = "big" };

        if (stream)
        {
            await using var events = await caller.StreamAsync("/api/v1/completions", body);
            (await events.ToEndAsync())[^1].Type.Should().Be("completion.finished");
        }
        else
        {
            (await caller.PostAsync("/api/v1/completions", body)).ShouldBe(System.Net.HttpStatusCode.OK).Text("model").Should().Be("small");
        }

        (await LedgerAsync(caller, "up")).Should().Be(1);
        await Books.ShouldBalanceAsync(Api.Database);
    }

    private Task<long> LedgerAsync(ApiCaller caller, string provider) => Api.Database.ScalarAsync(
        $"SELECT count(*) FROM usage_ledger WHERE provider = '{provider}' AND lower(CAST(user_id AS text)) = '{caller.UserId}'");
}
