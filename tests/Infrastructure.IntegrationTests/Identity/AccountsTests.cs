using CleanLlm.Testing.Databases;

namespace CleanLlm.Infrastructure.IntegrationTests.Identity;

/// <summary>Two fresh instances of the program on one database without users and keys.</summary>
internal abstract class AccountsTests(DatabaseKind kind)
{
    protected TestDatabase Database { get; private set; } = null!;

    protected AccountsHost One { get; private set; } = null!;

    protected AccountsHost Two { get; private set; } = null!;

    /// <summary>False for tests of the number of iterations, which need the product's own.</summary>
    protected virtual bool HashesQuickly => true;

    [OneTimeSetUp]
    public async Task MakeDatabaseAsync() => Database = await TestDatabases.CreateMigratedAsync(kind);

    [OneTimeTearDown]
    public async Task DropDatabaseAsync() => await Database.DisposeAsync();

    [SetUp]
    public async Task StartAsync()
    {
        await Database.ExecuteAsync("DELETE FROM users");
        await Database.ExecuteAsync("DELETE FROM signing_keys");
        await Database.ExecuteAsync("DELETE FROM hash_keys");
        await Database.ExecuteAsync("DELETE FROM audit_log");
        await Database.ExecuteAsync("UPDATE audit_head SET sequence = 0");
        (One, Two) = (new AccountsHost(Database, hashesQuickly: HashesQuickly), new AccountsHost(Database, hashesQuickly: HashesQuickly));
    }

    [TearDown]
    public async Task StopAsync()
    {
        await One.DisposeAsync();
        await Two.DisposeAsync();
    }
}
