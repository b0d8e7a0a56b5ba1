using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;
using CleanLlm.WebApi.FunctionalTests.Completions;

namespace CleanLlm.WebApi.FunctionalTests.Quotas;

/// <summary>
/// A request is refused only when the budget is used, not because others hold more than they will need (promise 36). Answers may take 10,000
/// tokens here, and the budget has as many.
/// </summary>
public sealed class ElasticHoldTests(DatabaseKind kind) : TwoInstances(kind)
{
    private const int Budget = 10_000;

    private static readonly string[] Reasons = ["length", "stop", "quota.exceeded", "quota.reserved"];

    private static readonly object Long = new { prompt = "Hello", model = "paced-1500-0" };

    protected override IReadOnlyList<string> Models => ["paced-24-0", "paced-1500-0"];

    protected override IEnumerable<KeyValuePair<string, string>> Settings
    {
        get
        {
            var settings = new Dictionary<string, string>(base.Settings, StringComparer.Ordinal);
            ApiSettings.AddLimit(settings, 0, "tokens", "month", Budget);
            // Longer than usual, so that a slow machine is in time.
            settings["Completions:QuotaWaitSeconds"] = "15";
            return settings;
        }
    }

    [Test]
    public async Task SixtyFourRequests_SixteenAtOnce_AreAllAnswered_ThoughEachMightHaveTakenAll()
    {
        using var caller = await Api.SignInAsync();
        using var elsewhere = await SignInAtOtherAsync(caller);
        using var places = new SemaphoreSlim(16);

        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(async i =>
        {
            await places.WaitAsync();
            try
            {
                return await (i % 2 == 0 ? caller : elsewhere).PostAsync(Completions, new { prompt = "Hello", model = "paced-24-0" });
            }
            finally
            {
                places.Release();
            }
        }));

        answers.Should().AllSatisfy(answer => answer.ShouldBe(HttpStatusCode.OK));
        (await caller.QuotaAsync("tokens")).Should().Be((answers.Sum(Used), 0));
        await Books.ShouldBalanceAsync(Api.Database);
    }

    [TestCase(null)]
    [TestCase(24)]
    [TestCase(1_000)]
    public async Task ABudgetForSoManyRequests_AdmitsThem_WhateverLengthTheyAskFor(int? maxTokens)
    {
        using var owner = await Api.SignInAsync();
        // The prompt is estimated at 8 tokens, of which one is charged: the last request needs 32, the others use 25 each.
        var made = await owner.PostAsync("/api/v1/api-keys", new { name = "exact", monthlyTokenLimit = (9 * 25) + 32 });
        using var caller = new ApiCaller(Api.Address);
        caller.Authorize("Bearer", made.ShouldBe(HttpStatusCode.Created).Text("key"));

        for (var i = 0; i < 10; i++)
        {
            var answer = await caller.PostAsync(Completions, new { prompt = "Hello", model = "paced-24-0", maxTokens });
            answer.ShouldBe(HttpStatusCode.OK).Json.GetProperty("usage").GetProperty("completionTokens").GetInt32().Should().Be(24);
        }

        (await caller.PostAsync(Completions, new { prompt = "Hello", model = "paced-24-0", maxTokens })).ShouldBeProblem(429, "quota.exceeded");
        await Books.ShouldBalanceAsync(Api.Database);
    }

    [Test]
    public async Task LongAnswers_AtOnce_UseTheBudget_AndNeverPassIt()
    {
        using var caller = await Api.SignInAsync();
        using var elsewhere = await SignInAtOtherAsync(caller);

        // Ten of 1,500 words, each more than a token: the budget is used before all of them are done, and others may hold
        // the rest of it for as long as the last ones wait to begin.
        var reasons = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => i % 2 == 0 ? AnsweredAsync(caller) : StreamedAsync(elsewhere)));

        reasons.Should().Contain("length").And.OnlyContain(reason => Reasons.Contains(reason));
        (await caller.QuotaAsync("tokens")).Used.Should().BeInRange(Budget * 9 / 10, Budget);
        await Books.ShouldBalanceAsync(Api.Database);
    }

    // Why an answer ended, or the code of its refusal.
    private static async Task<string> AnsweredAsync(ApiCaller caller)
    {
        var answer = await caller.PostAsync(Completions, Long);
        return answer.Text(answer.Status == HttpStatusCode.OK ? "finishReason" : "code");
    }

    private static async Task<string> StreamedAsync(ApiCaller caller)
    {
        var (stream, refusal) = await caller.TryStreamAsync(Completions, Long);
        if (stream is null)
            return refusal!.Text("code");
        await using (stream)
            return (await stream.UntilAsync("completion.finished")).Data.GetProperty("finishReason").GetString()!;
    }

    private static long Used(ApiAnswer answer) => answer.Json.GetProperty("usage").GetProperty("totalTokens").GetInt64();
}
