using Microsoft.Data.Sqlite;
using Npgsql;

namespace CleanLlm.Testing.Databases;

/// <summary>Makes a database for one fixture.</summary>
public static class TestDatabases
{
    /// <summary>A fresh, empty database with a name of its own.</summary>
    public static async Task<TestDatabase> CreateAsync(DatabaseKind kind, CancellationToken ct = default) =>
        kind == DatabaseKind.Postgres ? await CreatePostgresAsync("template1", ct) : CreateSqlite([]);

    /// <summary>The same with all tables and no rows but those that migrations make, as a program of this version leaves it behind.</summary>
    public static async Task<TestDatabase> CreateMigratedAsync(DatabaseKind kind, CancellationToken ct = default) => kind == DatabaseKind.Postgres
        ? await CreatePostgresAsync(await MigratedTemplate.PostgresAsync(), ct)
        : CreateSqlite(await MigratedTemplate.SqliteAsync());

    // How long a call waits for a connection, in seconds. On a busy machine callers would be told to retry after the program's own time.
    private const int Wait = 60;

    // SQLite waits for the disk at each commit, and the file is thrown away: it is in memory where there is room for it.
    private const string SharedMemory = "/dev/shm";
    private const long Room = 1L << 30;

    private static readonly string Memory = Directory.Exists(SharedMemory) && new DriveInfo(SharedMemory).AvailableFreeSpace > Room ? SharedMemory : Path.GetTempPath();

    private static TestDatabase CreateSqlite(byte[] content)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Memory, $"cleanllm-test-{Guid.CreateVersion7():n}"));
        var connection = new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder.FullName, "cleanllm.db") };
        if (content.Length > 0)
            File.WriteAllBytes(connection.DataSource, content);
        return new TestDatabase(DatabaseKind.Sqlite, connection.ConnectionString, () =>
        {
            // Its own only: other fixtures go on.
            using var own = new SqliteConnection(connection.ConnectionString);
            SqliteConnection.ClearPool(own);
            folder.Delete(recursive: true);
            return Task.CompletedTask;
        });
    }

    private static async Task<TestDatabase> CreatePostgresAsync(string template, CancellationToken ct)
    {
        var name = $"cleanllm_{Guid.CreateVersion7():n}";
        await AdministerAsync($"CREATE DATABASE {name} TEMPLATE {template}", ct);
        // A small pool for each fixture, so that many of them fit the one server.
        var own = new NpgsqlConnectionStringBuilder(TestServers.Postgres) { Database = name, Pooling = true, MaxPoolSize = 40, Timeout = Wait };
        return new TestDatabase(DatabaseKind.Postgres, own.ConnectionString, () =>
            AdministerAsync($"DROP DATABASE IF EXISTS {name} WITH (FORCE)", CancellationToken.None));
    }

    private static async Task AdministerAsync(string sql, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(TestServers.Postgres) { Pooling = false, Timeout = Wait, CommandTimeout = 0 }.ConnectionString);
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand(sql, connection);
        using var deadline = Patience.Deadline();
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await IsDoneAsync(command, deadline.IsCancellationRequested, ct))
            await poll.WaitForNextTickAsync(ct);
    }

    // The server gives what uses the database five seconds to leave, also what it has just told to; a busy machine may need more.
    private static async Task<bool> IsDoneAsync(NpgsqlCommand command, bool isLast, CancellationToken ct)
    {
        try
        {
            await command.ExecuteNonQueryAsync(ct);
            return true;
        }
        catch (PostgresException inUse) when (inUse.SqlState == PostgresErrorCodes.ObjectInUse && !isLast)
        {
            return false;
        }
    }
}
