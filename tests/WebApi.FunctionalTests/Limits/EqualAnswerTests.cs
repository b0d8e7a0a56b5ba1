using System.Text.Json;
using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Upstream;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Limits;

/// <summary>
/// A sign-in that fails tells nothing about the account, neither by its answer nor by its work. Hashing takes nearly all of its time, so
/// it is counted; <c>build/bench-sign-in.sh</c> measures the times.
/// </summary>
[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
public sealed class EqualAnswerTests(DatabaseKind kind)
{
    private const int GuessesOfOneAddress = 5;
    private const string Wrong = "wrong horse battery";
    private const string Nobody = "nobody@example.org";
    private const string ThrottledNobody = "throttled-nobody@example.org";

    private readonly CountingHasher hasher = new();
    private TestDatabase? database;
    private ScriptedUpstream? upstream;
    private ProgramInstance? program;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        (database, upstream) = (await TestDatabases.CreateMigratedAsync(kind), await ScriptedUpstream.StartAsync());
        program = ProgramInstance.Start(await ApiSettings.ForAsync(database, upstream), hasher.Observe);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (program is not null)
            await program.DisposeAsync();
        if (upstream is not null)
            await upstream.DisposeAsync();
        if (database is not null)
            await database.DisposeAsync();
    }

    [Test]
    public async Task KnownUnknownDisabledAndThrottledAccounts_GetTheSameAnswer_ForTheSameWork()
    {
        using var http = program!.From("127.0.0.1");
        var (known, disabled, throttled) = (await RegisterAsync(), await RegisterAsync(), await RegisterAsync());
        await database!.ExecuteAsync($"UPDATE users SET disabled = true WHERE email = '{disabled}'");
        foreach (var email in new[] { throttled, ThrottledNobody })
        {
            for (var guess = 0; guess < GuessesOfOneAddress; guess++)
                await http.LoginAsync(email, Wrong);
        }

        var outcomes = new List<(string Name, string Answer, int Hashed)>();
        foreach (var (name, email, password) in new[]
        {
            ("known", known, Wrong), ("unknown", Nobody, Wrong), ("disabled", disabled, ApiCaller.Password),
            ("throttled", throttled, ApiCaller.Password), ("throttled unknown", ThrottledNobody, Wrong),
        })
        {
            var before = hasher.Hashed;
            var answer = await http.LoginAsync(email, password);
            outcomes.Add((name, Shown(answer), hasher.Hashed - before));
        }

        outcomes.Select(outcome => outcome.Answer).Distinct().Should().ContainSingle();
        outcomes.Select(outcome => (outcome.Name, outcome.Hashed)).Should().Equal(
            ("known", 1), ("unknown", 1), ("disabled", 1), ("throttled", 0), ("throttled unknown", 0));
    }

    // All that a caller sees but the trace and the date.
    private static string Shown(ApiAnswer answer)
    {
        answer.ShouldBeProblem(401, "auth.invalid_credentials");
        var members = answer.Json.EnumerateObject().Where(member => member.Name != "traceId").ToDictionary(member => member.Name, member => member.Value.ToString());
        var headers = answer.Headers.Where(header => header.Key != "Date").OrderBy(header => header.Key, StringComparer.Ordinal);
        return JsonSerializer.Serialize(new { answer.Status, members, headers });
    }

    private async Task<string> RegisterAsync()
    {
        using var caller = new ApiCaller(program!.Address);
        await caller.RegisterAsync();
        return caller.Email;
    }
}
