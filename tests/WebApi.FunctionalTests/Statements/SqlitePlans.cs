using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace CleanLlm.WebApi.FunctionalTests.Statements;

/// <summary>Listens to EF Core for the statements, and asks SQLite afterwards how it would answer each (<c>EXPLAIN QUERY PLAN</c>).</summary>
internal sealed partial class SqlitePlans : IStatementRecord, IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
{
    private readonly ConcurrentDictionary<string, bool> statements = new(StringComparer.Ordinal);

    // Listeners are reported on any thread.
    private readonly ConcurrentBag<IDisposable> subscriptions = [];
    private volatile string? file;

    public SqlitePlans() => subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));

    public IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public void Begin(string database) => file = new SqliteConnectionStringBuilder(database).DataSource;

    public async Task<(IReadOnlyCollection<string> Faults, int Statements)> EndAsync()
    {
        var faults = new List<string>();
        await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ConnectionString);
        file = null;
        await connection.OpenAsync();
        var tables = await ReadAsync(connection, "SELECT name FROM sqlite_master WHERE type = 'table'", 0);
        foreach (var statement in statements.Keys.Where(statement => !GrowingTables.Spares(statement)))
        {
            faults.AddRange(
                from line in await ExplainAsync(connection, statement)
                let table = TableOf(Scan().Match(line).Groups["name"].Value, statement)
                where Scan().IsMatch(line) && tables.Contains(table) && GrowingTables.Contains(table) && !IsShort(line, statement)
                select $"{line} ({table})\n{statement}");
        }

        return (faults, statements.Count);
    }

    public void Dispose()
    {
        foreach (var subscription in subscriptions)
            subscription.Dispose();
    }

    void IObserver<DiagnosticListener>.OnNext(DiagnosticListener value)
    {
        if (value.Name == DbLoggerCategory.Name)
            subscriptions.Add(value.Subscribe(this));
    }

    void IObserver<KeyValuePair<string, object?>>.OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Key == RelationalEventId.CommandExecuting.Name && value.Value is CommandEventData { Command: var command } && file is { } here
            && command.Connection?.DataSource == here)
            statements[command.CommandText] = true;
    }

    void IObserver<DiagnosticListener>.OnCompleted()
    {
    }

    void IObserver<DiagnosticListener>.OnError(Exception error)
    {
    }

    void IObserver<KeyValuePair<string, object?>>.OnCompleted()
    {
    }

    void IObserver<KeyValuePair<string, object?>>.OnError(Exception error)
    {
    }

    // A plan does not depend on the values, nor, as the program lets SQLite gather no statistics, on the rows.
    private static async Task<List<string>> ExplainAsync(SqliteConnection connection, string statement)
    {
        var lines = new List<string>();
        foreach (var part in statement.Split(";\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!Explainable().IsMatch(part))
                continue;
            lines.AddRange(await ReadAsync(connection, $"EXPLAIN QUERY PLAN {part}", 3));
        }

        return lines;
    }

    private static async Task<List<string>> ReadAsync(SqliteConnection connection, string sql, int column)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in Parameter().Matches(sql).Select(match => match.Value).Distinct(StringComparer.Ordinal))
            command.Parameters.AddWithValue(name, DBNull.Value);
        await using var reader = await command.ExecuteReaderAsync();
        List<string> values = [];
        while (await reader.ReadAsync())
            values.Add(reader.GetString(column));
        return values;
    }

    // In the order of an index a page without a filter ends after its rows: accounts that are being removed are few.
    private static bool IsShort(string line, string statement) => Scan().Match(line) is { Groups: var groups }
        && groups["index"].Success
        && Regex.IsMatch(statement, $"""FROM "\w+" AS "{groups["name"].Value}"\s+(?:WHERE "\w+"."erased_at" IS NULL\s+)?ORDER BY [^\n]+\s+LIMIT""", RegexOptions.NonBacktracking);

    private static string TableOf(string name, string statement) => Regex.Match(
        statement, $"""\b(?:FROM|JOIN|UPDATE|INTO)\s+"?(?<table>\w+)"?\s+(?:AS\s+)?"?{Regex.Escape(name)}\b""", RegexOptions.NonBacktracking) is { Success: true } alias
            ? alias.Groups["table"].Value
            : name;

    [GeneratedRegex(@"^(?:SELECT|WITH|INSERT|UPDATE|DELETE)\b", RegexOptions.NonBacktracking)]
    private static partial Regex Explainable();

    [GeneratedRegex(@"@\w+", RegexOptions.NonBacktracking)]
    private static partial Regex Parameter();

    // An automatic index is made for the one statement, of the whole table.
    [GeneratedRegex(@"^(?:SCAN (?<name>\w+)(?: USING (?:COVERING )?INDEX (?<index>\w+))?|SEARCH (?<name>\w+) USING AUTOMATIC)", RegexOptions.NonBacktracking)]
    private static partial Regex Scan();
}
