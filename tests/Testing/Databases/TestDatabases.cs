using Microsoft.Data.Sqlite;
using Npgsql;

namespace CleanLlm.Testing.Databases;

/// <summary>Makes an empty database for one fixture.</summary>
public static class TestDatabases
{
    /// <summary>A fresh, empty database with a name of its own.</summary>
    public static async Task<TestDatabase> CreateAsync(DatabaseKind kind, CancellationToken ct = default) =>
        kind == DatabaseKind.Postgres ? await CreatePostgresAsync(ct) : CreateSqlite();

    private static TestDatabase CreateSqlite()
    {
        var folder = Directory.CreateTempSubdirectory("cleanllm-test-");
        var connection = new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder.FullName, "cleanllm.db") };
        return new TestDatabase(DatabaseKind.Sqlite, connection.ConnectionString, () =>
        {
            SqliteConnection.ClearAllPools();
            folder.Delete(recursive: true);
            return Task.CompletedTask;
        });
    }

    private static async Task<TestDatabase> CreatePostgresAsync(CancellationToken ct)
    {
        var name = $"cleanllm_{Guid.CreateVersion7():n}";
        await AdministerAsync($"CREATE DATABASE {name}", ct);
        // A small pool for each fixture, so that many of them fit the one server.
        var own = new NpgsqlConnectionStringBuilder(TestServers.Postgres) { Database = name, Pooling = true, MaxPoolSize = 40 };
        return new TestDatabase(DatabaseKind.Postgres, own.ConnectionString, () =>
            AdministerAsync($"DROP DATABASE IF EXISTS {name} WITH (FORCE)", CancellationToken.None));
    }

    private static async Task AdministerAsync(string sql, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(TestServers.Postgres) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }
}
