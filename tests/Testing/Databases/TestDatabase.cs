using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace CleanLlm.Testing.Databases;

/// <summary>An empty database that is gone when disposed, with plain SQL to check what the program stored.</summary>
public sealed class TestDatabase(DatabaseKind kind, string connectionString, Func<Task> drop) : IAsyncDisposable
{
    /// <summary>Which database it is.</summary>
    public DatabaseKind Kind => kind;

    /// <summary>Connects to it.</summary>
    public string ConnectionString => connectionString;

    /// <summary>The first column of the first row, as a number; 0 for NULL.</summary>
    public async Task<long> ScalarAsync(string sql, CancellationToken ct = default) =>
        await ReadAsync(sql, ct) is { } value ? Convert.ToInt64(value, CultureInfo.InvariantCulture) : 0;

    /// <summary>The first column of the first row, as text; null for NULL.</summary>
    public async Task<string?> TextAsync(string sql, CancellationToken ct = default) =>
        Convert.ToString(await ReadAsync(sql, ct), CultureInfo.InvariantCulture);

    /// <summary>Changes rows.</summary>
    /// <returns>How many.</returns>
    public async Task<int> ExecuteAsync(string sql, CancellationToken ct = default)
    {
        await using var connection = await OpenAsync(ct);
        await using var command = Command(connection, sql);
        return await command.ExecuteNonQueryAsync(ct);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await drop();

    private async Task<object?> ReadAsync(string sql, CancellationToken ct)
    {
        await using var connection = await OpenAsync(ct);
        await using var command = Command(connection, sql);
        return await command.ExecuteScalarAsync(ct) is { } value and not DBNull ? value : null;
    }

    private async Task<DbConnection> OpenAsync(CancellationToken ct)
    {
        DbConnection connection = kind == DatabaseKind.Postgres
            ? new NpgsqlConnection(connectionString)
            : new SqliteConnection(connectionString);
        await connection.OpenAsync(ct);
        return connection;
    }

    private static DbCommand Command(DbConnection connection, string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        // A statement of a test itself may take as long as the test waits for anything.
        command.CommandTimeout = (int)Patience.Limit.TotalSeconds;
        return command;
    }
}
