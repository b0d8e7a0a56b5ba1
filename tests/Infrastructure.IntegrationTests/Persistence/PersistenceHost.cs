using System.Globalization;
using CleanLlm.Application;
using CleanLlm.Application.Ai;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Security;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Infrastructure.Caching;
using CleanLlm.Infrastructure.IntegrationTests.Encryption;
using CleanLlm.Infrastructure.Persistence;
using CleanLlm.Infrastructure.Persistence.Content;
using CleanLlm.Infrastructure.Persistence.Registration;
using CleanLlm.Infrastructure.Security;
using CleanLlm.Testing.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Internal;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using NSubstitute;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence;

/// <summary>One instance of the program as far as data is concerned; several may share a database, and a Redis.</summary>
internal sealed class PersistenceHost : IAsyncDisposable
{
    // Two instances and the connections of other fixtures have to fit one server.
    private const int Connections = 20;

    private const int CheckpointSeconds = 1;

    private static readonly KeyEncryptionKeys Keys = new(Options.Create(new EncryptionOptions { Keys = [EncryptionKeys.New("one")] }));

    /// <summary>How long nothing is swept after a start or an outage; less than what would be taken for an outage.</summary>
    public static readonly TimeSpan SinceStart = new CompletionOptions { CheckpointSeconds = CheckpointSeconds }.RenewalWait;

    public PersistenceHost(
        TestDatabase database, IEnumerable<KeyValuePair<string, string?>>? settings = null, string? redis = null, int connections = Connections,
        DatabaseProxy? proxy = null, KeyEncryptionKeys? keys = null)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Completions:CheckpointSeconds", CheckpointSeconds.ToString(CultureInfo.InvariantCulture))])
            .AddInMemoryCollection(settings)
            .AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                [$"ConnectionStrings:{database.Kind}"] = ConnectionString(database.Kind, proxy?.ConnectionString ?? database.ConnectionString, connections),
                ["ConnectionStrings:Redis"] = redis,
            })
            .Build();
        Services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton<TimeProvider>(Clock)
            .AddSingleton(Substitute.For<ITokenCounter>())
            .AddSingleton(new KeyWrap(keys ?? Keys))
            .AddSingleton(keys ?? Keys)
            .AddSingleton<IDataKeyWrap, ConfiguredKeyWrap>()
            .AddApplication(configuration)
            .AddPersistence(configuration, Substitute.For<IHostEnvironment>())
            .AddCaching(configuration)
            .Configure<MemoryCacheOptions>(cache => cache.Clock = new CacheClock(Clock))
            .BuildServiceProvider();
        // It runs for so long that it sweeps what was abandoned.
        _ = Abandoned;
        Clock.Advance(SinceStart);
    }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero) - SinceStart);

    public ServiceProvider Services { get; }

    public ICompletionStore Store => Services.GetRequiredService<ICompletionStore>();

    public AbandonedCompletions Abandoned => Services.GetRequiredService<AbandonedCompletions>();

    /// <summary>What the program does before its first request.</summary>
    public async Task StartAsync()
    {
        foreach (var startup in Services.GetServices<IHostedService>().OfType<IHostedLifecycleService>())
            await startup.StartingAsync(default);
    }

    /// <summary>Does something in a scope of its own, as a request would.</summary>
    public async Task<TResult> InScopeAsync<T, TResult>(Func<T, Task<TResult>> act)
        where T : notnull
    {
        await using var scope = Services.CreateAsyncScope();
        return await act(scope.ServiceProvider.GetRequiredService<T>());
    }

    public Task<TResult> InDatabaseAsync<TResult>(Func<AppDbContext, Task<TResult>> act) => InScopeAsync(act);

    /// <summary>A completion as it is stored, decrypted.</summary>
    public Task<Completion> StoredAsync(CompletionId id) => InDatabaseAsync(async database =>
    {
        var stored = await database.Completions.AsNoTracking().SingleAsync(row => row.Id == id);
        return (await Services.GetRequiredService<DataKeys>().OfAsync(stored.UserId, default)).Open(stored);
    });

    /// <summary>All messages of a user, who wrote all there are, decrypted.</summary>
    public Task<List<Message>> MessagesAsync(UserId user) => InDatabaseAsync(async database =>
    {
        var cipher = await Services.GetRequiredService<DataKeys>().OfAsync(user, default);
        return (await database.Messages.AsNoTracking().OrderBy(message => message.Role).ToListAsync()).ConvertAll(cipher.Open);
    });

    public ValueTask DisposeAsync() => Services.DisposeAsync();

    private static string ConnectionString(DatabaseKind kind, string given, int connections) => kind == DatabaseKind.Postgres
        ? new NpgsqlConnectionStringBuilder(given) { MaxPoolSize = connections }.ConnectionString
        : given;

    /// <summary>The memory cache predates <see cref="TimeProvider"/>.</summary>
    private sealed class CacheClock(TimeProvider clock) : ISystemClock
    {
        public DateTimeOffset UtcNow => clock.GetUtcNow();
    }
}
