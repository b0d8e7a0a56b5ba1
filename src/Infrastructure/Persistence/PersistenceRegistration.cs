using CleanLlm.Application.Chats;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Quotas;
using CleanLlm.Application.Usage;
using CleanLlm.Infrastructure.Persistence.Chats;
using CleanLlm.Infrastructure.Persistence.Completions;
using CleanLlm.Infrastructure.Persistence.Quotas;
using CleanLlm.Infrastructure.Persistence.Startup;
using CleanLlm.Infrastructure.Persistence.Usage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace CleanLlm.Infrastructure.Persistence;

/// <summary>Registers the database: PostgreSQL where a connection string is given, else a SQLite file.</summary>
internal static class PersistenceRegistration
{
    // Every statement of ours is prepared once a connection has seen it twice.
    private const int PreparedStatements = 64;

    private const string KeyLookups = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET jit = off";

    public static IServiceCollection AddPersistence(
        this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment)
    {
        if (configuration.GetConnectionString("Postgres") is { Length: > 0 } postgres)
            services.AddPostgres(postgres);
        else
            services.AddSqlite(configuration.GetConnectionString("Sqlite") ?? DefaultFile(environment));

        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext());
        services.AddScoped<IChatRepository, ChatRepository>();
        services.AddScoped<IChatQueries, ChatQueries>();
        services.AddScoped<IQuotaQueries, QuotaQueries>();
        services.AddScoped<IUsageQueries, UsageQueries>();
        services.AddSingleton<IConversationReader, ConversationReader>();
        services.AddSingleton<ICompletionQueries, CompletionQueries>();
        services.AddSingleton<IIdempotencyKeys, IdempotencyKeys>();
        services.AddSingleton<Subscriptions>();
        services.AddSingleton<ISubscriptions>(provider => provider.GetRequiredService<Subscriptions>());

        services.AddOptions<List<PlanOptions>>().Bind(configuration.GetSection(PlanOptions.Section))
            .Validate(plans => plans.Count == 0 || plans.Count(plan => plan.Default) == 1, "Exactly one of the configured Plans has Default = true.")
            .Validate(plans => plans.DistinctBy(plan => plan.Name).Count() == plans.Count, "Each of the configured Plans has a Name of its own.")
            .ValidateOnStart();
        services.AddHostedService<DatabaseStartup>();
        services.AddHealthChecks().AddDbContextCheck<AppDbContext>("database", tags: ["ready"]);
        return services;
    }

    private static void AddPostgres(this IServiceCollection services, string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (settings.MaxAutoPrepare == 0)
            (settings.MaxAutoPrepare, settings.AutoPrepareMinUsages) = (PreparedStatements, 2);
        // We keep no session state, so a connection that changes hands has nothing to reset.
        settings.NoResetOnClose = true;
        // Made by the container, so that it is the container that closes its connections.
        services.AddSingleton(_ => new NpgsqlDataSourceBuilder(settings.ConnectionString)
            .UsePhysicalConnectionInitializer(PlanOnce, PlanOnceAsync)
            .Build());
        services.AddContext<PostgresDbContext>((provider, options) => options.UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>()));
        services.AddSingleton<ICompletionStore, PostgresCompletionStore>();
    }

    // Our statements find rows by key: the plan for any values is the plan for all, so it is made once for a connection. And as
    // it is kept while tables grow, it must not rest on a table having been small enough to read whole. Where a table is read whole
    // after all (the one row of the audit chain's end), the plan looks costly enough to be compiled: 60 ms for a statement of 0.06.
    private static void PlanOnce(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(KeyLookups, connection);
        command.ExecuteNonQuery();
    }

    private static async Task PlanOnceAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(KeyLookups, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static void AddSqlite(this IServiceCollection services, string connectionString)
    {
        services.AddContext<SqliteDbContext>((_, options) => options.UseSqlite(connectionString));
        services.AddSingleton<ICompletionStore, SqliteCompletionStore>();
    }

    private static void AddContext<TContext>(
        this IServiceCollection services, Action<IServiceProvider, DbContextOptionsBuilder> configure)
        where TContext : AppDbContext
    {
        services.AddPooledDbContextFactory<TContext>((provider, options) =>
        {
            configure(provider, options);
            options.UseSnakeCaseNamingConvention();
        });
        services.AddSingleton<IDbContextFactory<AppDbContext>, ContextFactory<TContext>>();
    }

    private static string DefaultFile(IHostEnvironment environment)
    {
        var folder = Directory.CreateDirectory(Path.Combine(environment.ContentRootPath, "data"));
        return $"Data Source={Path.Combine(folder.FullName, "cleanllm.db")}";
    }

    /// <summary>Lets the rest of the code ask for a context without knowing which database it is.</summary>
    private sealed class ContextFactory<TContext>(IDbContextFactory<TContext> contexts) : IDbContextFactory<AppDbContext>
        where TContext : AppDbContext
    {
        public AppDbContext CreateDbContext() => contexts.CreateDbContext();

        public async Task<AppDbContext> CreateDbContextAsync(CancellationToken cancellationToken = default) =>
            await contexts.CreateDbContextAsync(cancellationToken);
    }
}
