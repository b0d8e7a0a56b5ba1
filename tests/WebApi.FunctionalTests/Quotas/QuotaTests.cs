using System.Globalization;
using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Quotas;

public sealed class QuotaTests(DatabaseKind kind) : ApiTests(kind)
{
    private const string Completions = "/api/v1/completions";
    private const int Budget = 10;
    private const int Callers = 200;

    // Ten estimates of 9,500 tokens and a short prompt fit, an eleventh does not.
    private const int AnswerTokens = 9_500;
    private const int TokenLimit = 100_000;

    // Used up, or held by the ten until they have used it.
    private static readonly string[] Refusals = ["quota.exceeded", "quota.reserved"];

    protected override IEnumerable<KeyValuePair<string, string>> Settings
    {
        get
        {
            var settings = new Dictionary<string, string>(StringComparer.Ordinal);
            ApiSettings.AddLimit(settings, 0, "tokens", "month", TokenLimit);
            ApiSettings.AddLimit(settings, 1, "requests", "month", Budget);
            ApiSettings.AddLimit(settings, 2, "costMicros", "month", 1_000_000);
            return settings;
        }
    }

    [Test]
    public async Task TwoHundredAtOnce_WithABudgetForTenRequests_AdmitExactlyTen()
    {
        using var caller = await Api.SignInAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, Callers)
            .Select(_ => caller.PostInCrowdAsync(Completions, new { prompt = "Hello", model = "ok", maxTokens = 50 })));

        answers.Count(answer => answer.Status == HttpStatusCode.OK).Should().Be(Budget);
        answers.Where(answer => answer.Status != HttpStatusCode.OK).Should().HaveCount(Callers - Budget)
            .And.AllSatisfy(answer => answer.ShouldBeProblem(429, answer.Text("code"))).And.AllSatisfy(answer => answer.Text("code").Should().BeOneOf(Refusals));
        (await caller.QuotaAsync("requests")).Should().Be((Budget, 0));
        (await Books.EntriesAsync(Api.Database, caller.UserId)).Should().Be(Budget);
        await Books.ShouldBalanceAsync(Api.Database);
    }

    [Test]
    public async Task TwoHundredAtOnce_WhileNothingIsSettled_AreAdmittedUpToTheReservedTokens()
    {
        using var caller = await Api.SignInAsync();
        var asked = Enumerable.Range(0, Callers)
            .Select(_ => caller.PostInCrowdAsync(Completions, new { prompt = "Hello", model = "slow", maxTokens = AnswerTokens })).ToList();

        await Eventually.HoldsAsync("all but ten are refused", () => Task.FromResult(asked.Count(task => task.IsCompleted) >= Callers - Budget));
        var reserved = await caller.QuotaAsync("tokens");
        var underWay = asked.Count(task => !task.IsCompleted);
        Api.Upstream.Release("slow");
        var answers = await Task.WhenAll(asked);

        underWay.Should().Be(Budget);
        answers.Where(answer => answer.Status != HttpStatusCode.OK).Should().AllSatisfy(answer => answer.ShouldBeProblem(429, "quota.reserved"))
            .And.AllSatisfy(answer => answer.Headers["Retry-After"].Should().Be("5"));
        reserved.Used.Should().Be(0);
        reserved.Reserved.Should().BeInRange(Budget * AnswerTokens, TokenLimit);
        answers.Count(answer => answer.Status == HttpStatusCode.OK).Should().Be(Budget);
        await Books.ShouldBalanceAsync(Api.Database);
    }

    [Test]
    public async Task ASpentQuota_Answers429_SayingWhichLimitAndUntilWhen()
    {
        using var caller = await Api.SignInAsync();
        for (var i = 0; i < Budget; i++)
            (await caller.PostAsync(Completions, new { prompt = "Hello", model = "ok", maxTokens = 5 })).ShouldBe(HttpStatusCode.OK);

        var refused = await caller.PostAsync(Completions, new { prompt = "Hello", model = "ok", maxTokens = 5 });

        refused.ShouldBeProblem(429, "quota.exceeded");
        refused.Text("limit").Should().Be("10");
        refused.Text("window").Should().Be("month");
        var resetsAt = DateTimeOffset.Parse(refused.Text("resetsAt"), CultureInfo.InvariantCulture);
        resetsAt.Day.Should().Be(1);
        refused.Text("resetsAt").Should().EndWith("Z");
        long.Parse(refused.Headers["Retry-After"], CultureInfo.InvariantCulture)
            .Should().BeCloseTo((long)(resetsAt - TimeProvider.System.GetUtcNow()).TotalSeconds, 30);
    }

    [Test]
    public async Task MeteredAnswers_SayWhatIsLeft()
    {
        using var caller = await Api.SignInAsync();

        var answer = await caller.PostAsync(Completions, new { prompt = "Hello", model = "ok", maxTokens = 5 });

        answer.Headers.Should().ContainKey("RateLimit").And.ContainKey("RateLimit-Policy");
        answer.Headers["RateLimit"].Should().Contain("r=9");
        answer.Headers["RateLimit-Policy"].Should().Contain("q=10");
    }

    [Test]
    public async Task MyQuota_ShowsEachLimitOfThePlan()
    {
        using var caller = await Api.SignInAsync();
        var asked = await caller.PostAsync(Completions, new { prompt = "Hello", model = "ok", maxTokens = 5 });

        var quota = (await caller.GetAsync("/api/v1/users/me/quota")).ShouldBe(HttpStatusCode.OK);

        quota.Text("plan").Should().Be(ApiSettings.Plan);
        var tokens = quota.Json.GetProperty("limits").EnumerateArray().Single(limit => limit.GetProperty("metric").GetString() == "tokens");
        var used = asked.Json.GetProperty("usage").GetProperty("totalTokens").GetInt64();
        tokens.GetProperty("window").GetString().Should().Be("month");
        tokens.GetProperty("limit").GetInt64().Should().Be(TokenLimit);
        tokens.GetProperty("used").GetInt64().Should().Be(used);
        tokens.GetProperty("reserved").GetInt64().Should().Be(0);
        tokens.GetProperty("remaining").GetInt64().Should().Be(TokenLimit - used);
        tokens.GetProperty("resetsAt").GetString().Should().EndWith("Z");
    }
}
