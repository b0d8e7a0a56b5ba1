using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Quotas;

/// <summary>An answer and a request that wait for what another completion of their user holds. The wait is long, so that a slow machine is in time.</summary>
public sealed class PausedAnswerTests(DatabaseKind kind) : ApiTests(kind)
{
    private const string Completions = "/api/v1/completions";
    private const int Budget = 10_000;

    protected override IEnumerable<KeyValuePair<string, string>> Settings
    {
        get
        {
            var settings = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["Ai:Providers:0:Models:0:Id"] = "paced-1500-0",
                ["Completions:QuotaWaitSeconds"] = "60",
            };
            ApiSettings.AddLimit(settings, 0, "tokens", "month", Budget);
            return settings;
        }
    }

    [Test]
    public async Task AnAnswerPauses_AndARequestWaits_UntilWhatIsInTheWayEnds()
    {
        using var caller = await Api.SignInAsync();
        // It holds all but what a first portion takes, and a little more.
        var other = caller.PostAsync(Completions, new { prompt = "Hello", model = "slow", maxTokens = Budget - 300 });
        await ReservedAsync(caller, reserved => reserved > 0);
        var paused = caller.PostAsync(Completions, new { prompt = "Hello", model = "paced-1500-0" });
        await ReservedAsync(caller, reserved => reserved == Budget);
        var waiting = caller.PostAsync(Completions, new { prompt = "Hello", model = "slow" });

        Api.Upstream.Release("slow");

        (await other).ShouldBe(HttpStatusCode.OK);
        (await paused).ShouldBe(HttpStatusCode.OK).Text("finishReason").Should().Be("stop");
        (await waiting).ShouldBe(HttpStatusCode.OK);
        await Books.ShouldBalanceAsync(Api.Database);
    }

    private static Task ReservedAsync(ApiCaller caller, Func<long, bool> condition) =>
        Eventually.HoldsAsync("so much is reserved", async () => condition((await caller.QuotaAsync("tokens")).Reserved));
}
