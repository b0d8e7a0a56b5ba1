using CleanLlm.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.WebApi.FunctionalTests.Api;

/// <summary>Runs a fixture's tests on the embedded defaults and on the real parts.</summary>
[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
public abstract class ApiTests(DatabaseKind kind)
{
    /// <summary>The program, one for each fixture.</summary>
    protected CleanLlmApi Api { get; private set; } = null!;

    /// <summary>What this fixture sets differently.</summary>
    protected virtual IEnumerable<KeyValuePair<string, string>> Settings => [];

    /// <summary>What this fixture adds to the program, as an architect would.</summary>
    protected virtual void Register(IServiceCollection services)
    {
    }

    [OneTimeSetUp]
    public async Task StartAsync() => Api = await CleanLlmApi.StartAsync(kind, Settings, Register);

    // Null when the start failed; its exception is the one to show.
    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (Api is not null)
            await Api.DisposeAsync();
    }
}
