using CleanLlm.Infrastructure;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Npgsql;

namespace CleanLlm.Testing.Databases;

/// <summary>All migrations, applied once in this process: fixtures get copies of the outcome, which cost a tenth of it.</summary>
internal static class MigratedTemplate
{
    private static readonly Lazy<Task<byte[]>> File = new(MakeFileAsync);
    private static readonly Lazy<Task<string>> Database = new(MakeDatabaseAsync);

    /// <summary>The content of a SQLite file with all tables.</summary>
    public static Task<byte[]> SqliteAsync() => File.Value;

    /// <summary>The name of a PostgreSQL database with all tables. No client connects to it, so it can be copied; it ends with the server.</summary>
    public static Task<string> PostgresAsync() => Database.Value;

    private static async Task<byte[]> MakeFileAsync()
    {
        var folder = Directory.CreateTempSubdirectory("cleanllm-template-");
        try
        {
            var path = Path.Combine(folder.FullName, "cleanllm.db");
            await MigrateAsync(DatabaseKind.Sqlite, new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
            return await System.IO.File.ReadAllBytesAsync(path);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string> MakeDatabaseAsync()
    {
        var empty = await TestDatabases.CreateAsync(DatabaseKind.Postgres);
        var connection = new NpgsqlConnectionStringBuilder(empty.ConnectionString) { Pooling = false };
        await MigrateAsync(DatabaseKind.Postgres, connection.ConnectionString);
        return connection.Database!;
    }

    // Through the factory that build/add-migration.sh uses too, which is all that this project can see of the context. Without a pool the
    // connection is closed, and a file whole, once the context is disposed.
    private static async Task MigrateAsync(DatabaseKind kind, string connection)
    {
        var factory = typeof(InfrastructureRegistration).Assembly.GetTypes().Single(type => type.Name == $"{kind}DesignTimeFactory");
        await using var database = ((IDesignTimeDbContextFactory<DbContext>)Activator.CreateInstance(factory)!).CreateDbContext([]);
        database.Database.SetConnectionString(connection);
        await database.Database.MigrateAsync();
    }
}
