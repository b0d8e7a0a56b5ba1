using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Upstream;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Limits;

/// <summary>A thousand guesses at one account, over two running instances where instances can share a database.</summary>
[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
[NonParallelizable]
public sealed class GuessTests(DatabaseKind kind)
{
    private const int Guesses = 1_000;
    private const int AtOnce = 16;
    private const int AllowedInAQuarterOfAnHour = 10;
    private const string Home = "127.0.0.9";
    private const string Elsewhere = "127.0.0.10";

    private readonly List<ProgramInstance> instances = [];
    private readonly EvaluatedGuesses evaluated = new();
    private TestDatabase? database;
    private ScriptedUpstream? upstream;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        (database, upstream) = (await TestDatabases.CreateMigratedAsync(kind), await ScriptedUpstream.StartAsync());
        var settings = await ApiSettings.ForAsync(database, upstream);
        settings["Http:TrustedProxies:0"] = "127.0.0.1";
        for (var i = 0; i < (kind == DatabaseKind.Postgres ? 2 : 1); i++)
            instances.Add(ProgramInstance.Start(settings, evaluated.Observe));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        foreach (var instance in instances)
            await instance.DisposeAsync();
        if (upstream is not null)
            await upstream.DisposeAsync();
        if (database is not null)
            await database.DisposeAsync();
    }

    [Test]
    public async Task FromOneAddress_AtMostTenAreEvaluated_AndTheOwnerSignsInFromAnother()
    {
        var email = await RegisterAsync("one-address");

        var (hits, owner) = await AttackAsync(email, _ => [], Home);

        await ReportAsync(email, "from one address", hits, owner);
        owner.Should().OnlyContain(status => status == HttpStatusCode.OK);
        (await SignInAsync(email, Elsewhere)).Should().Be(HttpStatusCode.OK, "an address it never used works too");
    }

    [Test]
    public async Task FromAThousandAddresses_AtMostTenAreEvaluated_AndTheOwnerSignsInFromAFamiliarOne()
    {
        var email = await RegisterAsync("many-addresses");
        (await SignInAsync(email, Home)).Should().Be(HttpStatusCode.OK);

        var (hits, owner) = await AttackAsync(email, guess => [("X-Forwarded-For", $"203.0.{guess / 250}.{guess % 250}")], Home);

        await ReportAsync(email, "from a thousand addresses", hits, owner);
        owner.Should().OnlyContain(status => status == HttpStatusCode.OK);
    }

    // Every hundredth guess is right, but those come long after the last one that may be evaluated.
    private async Task<(int Hits, List<HttpStatusCode> Owner)> AttackAsync(string email, Func<int, (string, string)[]> headers, string home)
    {
        var clients = instances.ConvertAll(instance => instance.From("127.0.0.1"));
        var (hits, owner) = (0, new List<HttpStatusCode>());
        for (var first = 0; first < Guesses; first += AtOnce)
        {
            var answers = await Task.WhenAll(Enumerable.Range(first, Math.Min(AtOnce, Guesses - first)).Select(guess =>
                clients[guess % clients.Count].LoginAsync(email, guess % 100 == 99 ? ApiCaller.Password : $"wrong horse battery {guess}", headers(guess))));
            answers.Should().OnlyContain(answer => answer.Status == HttpStatusCode.Unauthorized || answer.Status == HttpStatusCode.OK);
            hits += answers.Count(answer => answer.Status == HttpStatusCode.OK);
            if (first % (AtOnce * 10) == 0)
                owner.Add(await SignInAsync(email, home));
        }

        clients.ForEach(client => client.Dispose());
        return (hits, owner);
    }

    private async Task ReportAsync(string email, string how, int hits, List<HttpStatusCode> owner)
    {
        var guesses = evaluated.Of(email) - owner.Count - (how.Contains("thousand", StringComparison.Ordinal) ? 1 : 0);
        await TestContext.Out.WriteLineAsync(
            $"{Guesses} guesses {how} over {instances.Count} instance(s): {guesses} evaluated, {hits} of the 10 right ones let in; "
            + $"the owner meanwhile: {owner.Count(status => status == HttpStatusCode.OK)} of {owner.Count} sign-ins");
        guesses.Should().BeInRange(1, AllowedInAQuarterOfAnHour);
        hits.Should().Be(0);
    }

    private async Task<string> RegisterAsync(string name)
    {
        using var http = instances[0].From("127.0.0.1");
        var email = $"{name}-{Guid.CreateVersion7():n}@example.org";
        (await http.PostAsync("/api/v1/auth/register", new { email, password = ApiCaller.Password })).ShouldBe(HttpStatusCode.Created);
        return email;
    }

    private async Task<HttpStatusCode> SignInAsync(string email, string address)
    {
        using var http = instances[^1].From(address);
        return (await http.LoginAsync(email, ApiCaller.Password)).Status;
    }
}
