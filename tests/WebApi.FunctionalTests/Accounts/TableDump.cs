using System.Data.Common;
using System.Globalization;
using System.Text;
using CleanLlm.Testing.Databases;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace CleanLlm.WebApi.FunctionalTests.Accounts;

/// <summary>Every value of every table as text.</summary>
internal static class TableDump
{
    /// <summary>One line for each value: table, column, value; UUIDs in lower case, bytes as hexadecimal and as text.</summary>
    public static async Task<IReadOnlyList<(string Table, string Column, string Value)>> ReadAsync(TestDatabase database)
    {
        List<(string, string, string)> values = [];
        await using var connection = await OpenAsync(database);
        foreach (var table in await TablesAsync(database.Kind, connection))
        {
            await using var command = connection.CreateCommand();
            command.CommandText = $"SELECT * FROM \"{table}\"";
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                for (var i = 0; i < reader.FieldCount; i++)
                    values.Add((table, reader.GetName(i), Text(reader.GetValue(i))));
            }
        }

        return values;
    }

    private static async Task<List<string>> TablesAsync(DatabaseKind kind, DbConnection connection)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = kind == DatabaseKind.Postgres
            ? "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
            : "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1";
        List<string> tables = [];
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            tables.Add(reader.GetString(0));
        return tables;
    }

    private static string Text(object value) => value switch
    {
        byte[] bytes => $"{Convert.ToHexString(bytes)} {Encoding.UTF8.GetString(bytes)}",
        Guid id => id.ToString(),
        string text when Guid.TryParse(text, out var id) => id.ToString(),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static async Task<DbConnection> OpenAsync(TestDatabase database)
    {
        DbConnection connection = database.Kind == DatabaseKind.Postgres
            ? new NpgsqlConnection(database.ConnectionString)
            : new SqliteConnection(database.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }
}
