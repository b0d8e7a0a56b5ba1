using CleanLlm.Application.Completions;
using CleanLlm.Application.Faults;
using CleanLlm.Application.Settings;
using CleanLlm.Infrastructure.Persistence.Completions;
using CleanLlm.Infrastructure.Persistence.Content;
using CleanLlm.Infrastructure.Persistence.Quotas;
using CleanLlm.Infrastructure.Persistence.Startup;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CleanLlm.Infrastructure.Persistence.Registration;

/// <summary>Registers the database: PostgreSQL where a connection string is given, else a SQLite file.</summary>
internal static class PersistenceRegistration
{
    private static readonly FailedCommands FailedCommands = new();
    private static readonly PlainContentGuard PlainContent = new();

    public static IServiceCollection AddPersistence(
        this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment)
    {
        services.AddSettings<DatabaseOptions>(configuration, DatabaseOptions.Section);
        if (configuration.GetConnectionString("Postgres") is { Length: > 0 } postgres)
            services.AddPostgres(postgres);
        else
            services.AddSqlite(configuration.GetConnectionString("Sqlite") is { Length: > 0 } sqlite ? sqlite : DefaultFile(environment));

        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext());
        services.AddSingleton<IDatabaseFaults, DatabaseFaults>();
        services.AddSingleton<DatabaseDescription>();
        services.AddSettings<List<PlanOptions>>(configuration, PlanOptions.Section);
        services.AddSingleton<IValidateOptions<List<PlanOptions>>, PlanOptionsValidator>();
        services.AddHostedService<DatabaseStartup>();
        services.AddStores();
        services.AddHealthChecks().AddDbContextCheck<AppDbContext>("database", tags: ["ready"]);
        return services;
    }

    private static void AddPostgres(this IServiceCollection services, string connectionString)
    {
        services.AddSingleton(provider => new PostgresConnections(connectionString, provider.GetRequiredService<IOptions<DatabaseOptions>>().Value));
        // Made by the container, so that it is the container that closes their connections.
        services.AddSingleton(provider => provider.GetRequiredService<PostgresConnections>().ForCalls());
        services.AddKeyedSingleton(PostgresConnections.Groups, (provider, _) => provider.GetRequiredService<PostgresConnections>().ForGroups());
        services.AddKeyedSingleton(PostgresConnections.Renewals, (provider, _) => provider.GetRequiredService<PostgresConnections>().ForRenewals());
        services.AddContext<PostgresDbContext>((provider, options) => options
            .UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>())
            .AddInterceptors(FailedCommands));
        services.AddSingleton<ICompletionStore, PostgresCompletionStore>();
        services.AddHostedService<ConnectionBudget>();
    }

    private static void AddSqlite(this IServiceCollection services, string connectionString)
    {
        services.AddContext<SqliteDbContext>((_, options) => options.UseSqlite(connectionString));
        services.AddSingleton<SqliteWriter>();
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
            options.AddInterceptors(PlainContent);
            // The caller logs what was thrown, once; these would repeat it with a trace at each attempt while the database is away.
            options.ConfigureWarnings(warnings => warnings.Log(
                (CoreEventId.QueryIterationFailed, LogLevel.Debug),
                (CoreEventId.SaveChangesFailed, LogLevel.Debug),
                (RelationalEventId.ConnectionError, LogLevel.Debug)));
        });
        services.AddSingleton<IDbContextFactory<AppDbContext>, ContextFactory<TContext>>();
    }

    private static string DefaultFile(IHostEnvironment environment) =>
        new SqliteConnectionStringBuilder { DataSource = Path.Combine(environment.ContentRootPath, "data", "cleanllm.db") }.ConnectionString;

    /// <summary>Lets the rest of the code ask for a context without knowing which database it is.</summary>
    private sealed class ContextFactory<TContext>(IDbContextFactory<TContext> contexts) : IDbContextFactory<AppDbContext>
        where TContext : AppDbContext
    {
        public AppDbContext CreateDbContext() => contexts.CreateDbContext();

        public async Task<AppDbContext> CreateDbContextAsync(CancellationToken cancellationToken = default) =>
            await contexts.CreateDbContextAsync(cancellationToken);
    }
}
