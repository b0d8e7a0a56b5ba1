using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Crash;

/// <summary>What callers see while PostgreSQL is away from their instance, and after it is back.</summary>
public sealed class DatabaseAwayTests
{
    private const string Completions = "/api/v1/completions";

    private CleanLlmApi beside = null!;
    private DatabaseProxy proxy = null!;
    private CleanLlmApi api = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        beside = await CleanLlmApi.StartAsync(DatabaseKind.Postgres);
        proxy = DatabaseProxy.Start(beside.Database);
        api = CleanLlmApi.StartBeside(beside, [KeyValuePair.Create("ConnectionStrings:Postgres", proxy.ConnectionString)]);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await api.DisposeAsync();
        await proxy.DisposeAsync();
        await beside.DisposeAsync();
    }

    [Test]
    public async Task NoCredential_IsRefusedForIt_AndNothingHasToBeDoneOnceItIsBack()
    {
        using var person = await api.SignInAsync();
        var made = await person.PostAsync("/api/v1/api-keys", new { name = "program" });
        using var program = new ApiCaller(api.Address);
        program.Authorize("Bearer", made.Text("key"));
        using var fresh = new ApiCaller(api.Address);

        proxy.Cut();
        // What was looked up is believed for two seconds.
        await Eventually.HoldsAsync("the database is missed", async () => (await person.GetAsync("/api/v1/users/me")).Status == HttpStatusCode.ServiceUnavailable);
        ApiAnswer[] refused =
        [
            await person.GetAsync("/api/v1/users/me"),
            await program.GetAsync("/api/v1/models"),
            await fresh.PostAsync("/api/v1/auth/refresh", new { refreshToken = person.RefreshToken }),
            await fresh.PostAsync("/api/v1/auth/login", new { email = person.Email, password = ApiCaller.Password }),
            await person.PostAsync(Completions, new { prompt = "Hello", model = "ok" }),
        ];
        var keys = await fresh.GetAsync("/.well-known/jwks.json");
        proxy.Restore();

        refused.Should().AllSatisfy(answer =>
        {
            answer.ShouldBeProblem(503, "dependency.unavailable").Headers.Should().ContainKey("Retry-After");
        });
        keys.ShouldBe(HttpStatusCode.OK);
        (await person.GetAsync("/api/v1/users/me")).ShouldBe(HttpStatusCode.OK);
        (await program.GetAsync("/api/v1/models")).ShouldBe(HttpStatusCode.OK);
        (await fresh.PostAsync("/api/v1/auth/refresh", new { refreshToken = person.RefreshToken })).ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task AnswersThatFinishMeanwhile_AreStored_AndToldOnceTheyAre()
    {
        using var caller = await api.SignInAsync();
        await using var stream = await caller.StreamAsync(Completions, new { prompt = "Hello", model = "stall@second" });
        await stream.UntilAsync("completion.delta");
        var document = caller.PostAsync(Completions, new { prompt = "Hello", model = "slow" });
        await api.Upstream.Model("slow").CallsReachAsync(1);

        proxy.Cut();
        api.Upstream.Release("stall@second");
        api.Upstream.Release("slow");
        await Eventually.HoldsAsync("the answer was given", async () =>
        {
            await Task.Yield();
            return api.Upstream.Model("slow").Answering == 0 && api.Upstream.Model("stall@second").Answering == 0;
        });
        document.IsCompleted.Should().BeFalse();
        proxy.Restore();

        (await document).ShouldBe(HttpStatusCode.OK);
        var rest = await stream.ToEndAsync();
        rest[^1].Type.Should().Be("completion.finished");
        (await caller.GetAsync($"{Completions}/{rest[^1].Data.GetProperty("id").GetString()}")).Text("status").Should().Be("succeeded");
        await Books.ShouldBalanceAsync(beside.Database);
        (await Books.EntriesAsync(beside.Database, caller.UserId)).Should().Be(2);
    }

    [Test]
    public async Task MoreCallersThanConnections_WaitOrAreToldTo_AndNothingStaysBehind()
    {
        await using var small = CleanLlmApi.StartBeside(beside, [KeyValuePair.Create("ConnectionStrings:Postgres", $"{beside.Database.ConnectionString};Maximum Pool Size=2")]);
        using var caller = await small.SignInAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 80).Select(_ => caller.PostAsync(Completions, new { prompt = "Hello", model = "ok" })));

        answers.Should().AllSatisfy(answer => answer.Status.Should().BeOneOf(HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable));
        answers.Should().Contain(answer => answer.Status == HttpStatusCode.OK);
        await Books.ShouldBalanceAsync(beside.Database);
    }
}
