using System.Net;
using System.Text.Json;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Limits;

/// <summary>How often a signed-in user may call, by the rates of their plan.</summary>
public sealed class RequestRateTests(DatabaseKind kind) : ApiTests(kind)
{
    private const int Reads = 4;
    private const int Writes = 1;
    private const int Costly = 1;
    private const int MostCalls = 80;
    private const int Completions = 4;
    private const int OfKey = 2;
    private const string Me = "/api/v1/users/me";
    private const string Chats = "/api/v1/chats";

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        new("Plans:0:RequestRates:0:Class", "read"),
        new("Plans:0:RequestRates:0:PerMinute", $"{Reads}"),
        new("Plans:0:RequestRates:1:Class", "write"),
        new("Plans:0:RequestRates:1:PerMinute", $"{Writes}"),
        new("Plans:0:RequestRates:2:Class", "completion"),
        new("Plans:0:RequestRates:2:PerMinute", $"{Completions}"),
        new("Plans:0:RequestRates:2:PerMinuteOfKey", $"{OfKey}"),
        new("RateLimiting:CostlyPerMinute", $"{Costly}"),
    ];

    [Test]
    public async Task BeyondTheRate_Answers429_SayingWhichLimitAndWhenToComeBack()
    {
        using var user = await Api.SignInAsync();

        var (answered, refused) = await UntilRefusedAsync(() => user.GetAsync(Me), Reads);

        answered.Should().OnlyContain(answer => answer.Status == HttpStatusCode.OK);
        refused.ShouldBeProblem(429, "rate_limit.exceeded");
        refused.Json.GetProperty("limit").GetInt32().Should().Be(Reads);
        refused.Text("window").Should().Be("60s");
        refused.Text("metric").Should().Be("requests");
        refused.Text("subject").Should().Be("user");
        refused.Json.GetProperty("resetsAt").GetDateTimeOffset().Offset.Should().Be(TimeSpan.Zero);
        var wait = refused.Headers["Retry-After"];
        int.Parse(wait, System.Globalization.CultureInfo.InvariantCulture).Should().BeInRange(1, 60 / Reads);
        refused.Headers["RateLimit"].Should().Be($"\"user-read\";r=0;t={wait}");
        refused.Headers["RateLimit-Policy"].Should().Be($"\"user-read\";q={Reads};w=60");
    }

    [Test]
    public async Task OtherUsers_AndOtherClasses_GoOn()
    {
        using var user = await Api.SignInAsync();
        await UntilRefusedAsync(() => user.GetAsync(Me), Reads);

        (await user.PostAsync(Chats, new { })).ShouldBe(HttpStatusCode.Created);
        (await user.PostAsync("/api/v1/completions", new { prompt = "Hello", model = "ok" })).ShouldBe(HttpStatusCode.OK);
        using var other = await Api.SignInAsync();
        (await other.GetAsync(Me)).ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task AWrite_IsRefusedBeforeItsBodyIsRead_AndStoresNothing()
    {
        using var user = await Api.SignInAsync();
        var (answered, _) = await UntilRefusedAsync(() => user.PostAsync(Chats, new { }), Writes);

        var (read, refused) = await UntilRefusedAsync(() => user.PostTextAsync(Chats, "{"), 0);
        read.Should().NotContain(answer => answer.Status != HttpStatusCode.BadRequest);
        refused.ShouldBeProblem(429, "rate_limit.exceeded");

        (await Api.Database.ScalarAsync($"SELECT count(*) FROM chats WHERE lower(CAST(owner_id AS text)) = '{user.UserId}'")).Should().Be(answered.Count);
    }

    // They have no rate in the plan, so that of the configuration holds.
    [Test]
    public async Task WhatCostsMuch_HasAStricterRate_WhateverItIs()
    {
        using var user = await Api.SignInAsync();
        var (answered, refused) = await UntilRefusedAsync(() => user.PostAsync($"{Me}/two-factor", new { }), Costly);

        refused.Headers["RateLimit-Policy"].Should().Be($"\"user-costly\";q={Costly};w=60");
        foreach (var (method, path) in new[] { (HttpMethod.Get, $"{Me}/export"), (HttpMethod.Post, "/api/v1/api-keys"), (HttpMethod.Post, $"{Me}/password"), (HttpMethod.Delete, Me) })
            (await UntilRefusedAsync(() => user.SendAsync(method, path), 0)).Refused.ShouldBeProblem(429, "rate_limit.exceeded");
        (await Api.Database.ScalarAsync($"SELECT count(*) FROM audit_log WHERE action = 'account.two_factor_set_up' AND lower(CAST(actor_id AS text)) = '{user.UserId}'"))
            .Should().Be(answered.Count);
    }

    [Test]
    public async Task AKey_HasItsOwnRate_InTheShapeOfOpenAi_AndItsOwnerGoesOn()
    {
        using var owner = await Api.SignInAsync();
        using var program = new ApiCaller(Api.Address);
        program.Authorize("Bearer", (await owner.PostAsync("/api/v1/api-keys", new { name = "CI" })).ShouldBe(HttpStatusCode.Created).Text("key"));

        var (_, refused) = await UntilRefusedAsync(
            () => program.PostTextAsync("/v1/chat/completions", """{"model":"ok","messages":[{"role":"user","content":"Hello"}]}"""), OfKey);

        refused.ShouldBe(HttpStatusCode.TooManyRequests);
        var error = refused.Json.GetProperty("error");
        error.GetProperty("code").GetString().Should().Be("rate_limit_exceeded");
        error.GetProperty("type").GetString().Should().Be("requests");
        error.GetProperty("subject").GetString().Should().Be("key");
        error.GetProperty("param").ValueKind.Should().Be(JsonValueKind.Null);
        refused.Headers["RateLimit-Policy"].Should().Be($"\"key-completion\";q={OfKey};w=60");
        refused.Headers["Retry-After"].Should().NotBeEmpty();
        (await owner.PostAsync("/api/v1/completions", new { prompt = "Hello", model = "ok" })).ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task WithinTheRate_TheHeadersSayHowQuotaStands()
    {
        using var user = await Api.SignInAsync();

        var answer = (await user.PostAsync("/api/v1/completions", new { prompt = "Hello", model = "ok" })).ShouldBe(HttpStatusCode.OK);

        answer.Headers["RateLimit-Policy"].Should().Contain("tokens-month").And.NotContain("user-");
    }

    // What grows back while they run is soon spent again.
    private static async Task<(List<ApiAnswer> Answered, ApiAnswer Refused)> UntilRefusedAsync(Func<Task<ApiAnswer>> call, int atOnce)
    {
        var answered = new List<ApiAnswer>();
        while (true)
        {
            var answer = await call();
            if (answer.Status == HttpStatusCode.TooManyRequests)
            {
                answered.Should().HaveCountGreaterThanOrEqualTo(atOnce);
                return (answered, answer);
            }

            answered.Add(answer);
            if (answered.Count > MostCalls)
                Assert.Fail($"{answered.Count} calls were answered.");
        }
    }
}
