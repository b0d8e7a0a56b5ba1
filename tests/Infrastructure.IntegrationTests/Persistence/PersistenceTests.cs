using CleanLlm.Application.Chats;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Users;
using CleanLlm.Testing.Databases;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence;

/// <summary>Two instances of the program on one migrated database without completions.</summary>
internal abstract class PersistenceTests(DatabaseKind kind)
{
    private int users;

    protected TestDatabase Database { get; private set; } = null!;

    protected PersistenceHost One { get; private set; } = null!;

    protected PersistenceHost Two { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task MakeDatabaseAsync() => Database = await TestDatabases.CreateMigratedAsync(kind);

    [OneTimeTearDown]
    public async Task DropDatabaseAsync() => await Database.DisposeAsync();

    [SetUp]
    public async Task StartAsync()
    {
        foreach (var table in (string[])["messages", "chats", "idempotency_keys", "completions", "running_completions", "quota_counters", "usage_ledger", "usage_days", "users", "plans", "data_keys"])
            await Database.ExecuteAsync($"DELETE FROM {table}");
        (One, Two) = (new PersistenceHost(Database), new PersistenceHost(Database));
    }

    [TearDown]
    public async Task StopAsync()
    {
        await One.DisposeAsync();
        await Two.DisposeAsync();
    }

    /// <summary>Stores a new user.</summary>
    protected Task<UserId> AddUserAsync() => One.InDatabaseAsync(async database =>
    {
        var user = User.Register($"user{users++}@example.org", displayName: null, One.Clock.GetUtcNow()).Value;
        database.Add(user);
        await database.SaveChangesAsync();
        return user.Id;
    });

    /// <summary>Opens an empty chat.</summary>
    protected Task<ChatId> AddChatAsync(UserId owner, string? title = null, PersistenceHost? host = null) => (host ?? One).InScopeAsync<IChatRepository, ChatId>(async chats =>
    {
        var chat = Chat.Open(owner, title, "chat-model", "Be brief.", One.Clock.GetUtcNow()).Value;
        chats.Add(chat);
        await chats.SaveAsync(default);
        return chat.Id;
    });
}
