using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Access;

/// <summary>
/// Authenticating a caller sends the database nothing when warm; the benchmark measures its time. On PostgreSQL, whose driver
/// tells of its commands.
/// </summary>
[NonParallelizable]
internal sealed class AuthenticationCostTests
{
    private const int Requests = 50;

    // The tables that hold the rights of a credential.
    private static readonly string[] Asked = ["sessions", "users", "api_keys", "signing_keys"];

    private CleanLlmApi api = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => api = await CleanLlmApi.StartAsync(DatabaseKind.Postgres);

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (api is not null)
            await api.DisposeAsync();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task AWarmCredential_CostsNoRoundTrip(bool isKey)
    {
        using var owner = await api.SignInAsync();
        var caller = owner;
        using var program = new ApiCaller(api.Address);
        if (isKey)
        {
            program.Authorize("Bearer", (await owner.PostAsync("/api/v1/api-keys", new { name = "CI" })).Text("key"));
            caller = program;
        }

        // Work for them in the background sends queries too.
        await api.Outbox.WaitAsync(owner.Email, "Confirm your e-mail address");
        using var counter = new CommandCounter();
        var since = TimeProvider.System.GetTimestamp();
        var commands = await counter.DuringAsync(async () =>
        {
            for (var i = 0; i < Requests; i++)
                (await caller.GetAsync("/api/v1/models")).ShouldBe(HttpStatusCode.OK);
        });

        var took = TimeProvider.System.GetElapsedTime(since);
        var asked = commands.Count(sql => Array.Exists(Asked, table => sql.Contains($" {table}", StringComparison.Ordinal)));
        await TestContext.Out.WriteLineAsync($"{Requests} requests with {(isKey ? "an API key" : "an access token")}: {asked} round trips to know the caller");
        // At the beginning, and once more for each two seconds that the requests took; never once a request.
        asked.Should().BeLessThan((Requests / 5) + (int)took.TotalSeconds);
    }
}
