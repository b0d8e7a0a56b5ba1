using System.Collections.Concurrent;
using System.Text.Json;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;
using Npgsql;

namespace CleanLlm.WebApi.FunctionalTests.Statements;

/// <summary>
/// Has PostgreSQL tell the plan of every statement, those of its own triggers too, with what each step of it read (<c>auto_explain</c>).
/// The plans come as notices.
/// </summary>
internal sealed class PostgresPlans : IStatementRecord
{
    // A step may read so many pages for each row it finds, and so many to find it.
    private const int PagesForARow = 5;
    private const int PagesToBegin = 60;

    // And so many rows in all, and in vain.
    private const int MostRows = 2_500;
    private const int MostInVain = 1_000;

    private const string Explain =
        "-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0 -c auto_explain.log_level=notice -c auto_explain.log_format=json"
        + " -c auto_explain.log_analyze=on -c auto_explain.log_buffers=on -c auto_explain.log_timing=off -c auto_explain.log_nested_statements=on";

    private readonly ConcurrentDictionary<string, bool> faults = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> statements = new(StringComparer.Ordinal);
    private readonly NoticeProxy proxy;
    private volatile bool isOn;

    public PostgresPlans()
    {
        var server = new NpgsqlConnectionStringBuilder(TestServers.Postgres);
        proxy = new NoticeProxy((server.Host!, server.Port), Note);
        Settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ConnectionStrings:Postgres"] =
                $"{CleanLlmApi.DatabaseAddress};Host=127.0.0.1;Port={proxy.Port};SSL Mode=Disable;GSS Encryption Mode=Disable;Options='{Explain}'",
        };
    }

    public IReadOnlyDictionary<string, string> Settings { get; }

    public void Begin(string database) => isOn = true;

    public Task<(IReadOnlyCollection<string> Faults, int Statements)> EndAsync()
    {
        isOn = false;
        return Task.FromResult<(IReadOnlyCollection<string>, int)>(([.. faults.Keys], statements.Count));
    }

    public void Dispose() => proxy.Dispose();

    private void Note(string notice)
    {
        if (!isOn || notice.IndexOf("plan:\n{", StringComparison.Ordinal) is not (> 0 and var at))
            return;

        using var explained = JsonDocument.Parse(notice[(at + "plan:\n".Length)..]);
        var statement = explained.RootElement.GetProperty("Query Text").GetString()!;
        statements[statement] = true;
        if (!GrowingTables.Spares(statement))
            Check(explained.RootElement.GetProperty("Plan"), statement);
    }

    private void Check(JsonElement step, string statement)
    {
        var steps = step.TryGetProperty("Plans", out var below) ? below.EnumerateArray().ToList() : [];
        foreach (var inner in steps)
            Check(inner, statement);
        if (Fault(step, Pages(step) - steps.Sum(Pages)) is { } fault)
            faults[$"{fault}\n{statement}"] = true;
    }

    private static string? Fault(JsonElement step, double pages)
    {
        var kind = step.GetProperty("Node Type").GetString()!;
        if (kind.StartsWith("Gather", StringComparison.Ordinal))
            return "starts parallel workers";
        var table = step.TryGetProperty("Relation Name", out var name) ? name.GetString()! : null;
        if (table is null || kind == "ModifyTable" || !GrowingTables.Contains(table) || Number(step, "Actual Loops") is not (> 0 and var loops))
            return null;
        if (kind == "Seq Scan")
            return $"reads the whole of {table}";

        var rows = Number(step, "Actual Rows");
        var vain = Number(step, "Rows Removed by Filter") + Number(step, "Rows Removed by Index Recheck");
        return rows * loops > MostRows ? $"reads {rows * loops} rows of {table}"
            : vain > MostInVain ? $"reads {vain} rows of {table} in vain"
            : pages / loops > PagesToBegin + (PagesForARow * (rows + vain)) ? $"reads {pages / loops} pages of {table} for {rows} rows"
            : null;
    }

    private static double Pages(JsonElement step) => Number(step, "Shared Hit Blocks") + Number(step, "Shared Read Blocks");

    private static double Number(JsonElement step, string name) => step.TryGetProperty(name, out var value) ? value.GetDouble() : 0;
}
