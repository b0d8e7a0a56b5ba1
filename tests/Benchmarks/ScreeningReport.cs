using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CleanLlm.Application.Prompting.Screening;
using CleanLlm.Application.Prompting.Screening.Rules;

namespace CleanLlm.Benchmarks;

/// <summary>
/// How well screening tells attacks from other prompts: <c>dotnet run -c Release -- screening DIR [--threshold N] [--misses FILE] [--rules DIR]</c>.
/// Each line of each <c>*.jsonl</c> below the folder has a <c>text</c>, a <c>label</c> (<c>attack</c> or <c>benign</c>) and a <c>category</c>.
/// </summary>
internal static class ScreeningReport
{
    private const string Attack = "attack";

    public static int Write(string[] args)
    {
        if (args is not [var folder, ..] || !Directory.Exists(folder))
        {
            Console.Error.WriteLine("Usage: screening DIR [--threshold N] [--misses FILE] [--rules DIR]");
            return 2;
        }

        var threshold = Option(args, "--threshold") is { } number ? int.Parse(number, CultureInfo.InvariantCulture) : new InjectionOptions().Threshold;
        var screener = new InjectionScreener(Option(args, "--rules") is { } rules ? Read(rules) : BuiltInRules.Load());
        screener.Screen("warm");
        var rows = Rows(folder).Select(row => Screened(screener, row)).ToList();
        foreach (var category in rows.GroupBy(row => (row.IsAttack, row.Category)).OrderBy(group => group.Key.IsAttack).ThenBy(group => group.Key.Category, StringComparer.Ordinal))
            Line(category.Key.Category, [.. category], threshold);
        foreach (var isAttack in (bool[])[false, true])
            Line(isAttack ? "all attacks" : "all benign", [.. rows.Where(row => row.IsAttack == isAttack)], threshold);
        if (Option(args, "--misses") is { } file)
            File.WriteAllLines(file, rows.Where(row => row.IsAttack != row.Score >= threshold).Select(row => JsonSerializer.Serialize(row)));
        return 0;
    }

    private static string? Option(string[] args, string name) => args.SkipWhile(arg => arg != name).Skip(1).FirstOrDefault();

    private static RuleSet Read(string folder)
    {
        var file = new RuleFile();
        foreach (var path in Directory.EnumerateFiles(folder, "*.txt").Order(StringComparer.Ordinal))
            file.Read(Path.GetFileName(path), File.ReadAllText(path));
        return new RuleSet(file);
    }

    private static IEnumerable<Row> Rows(string folder) =>
        Directory.EnumerateFiles(folder, "*.jsonl", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .SelectMany(File.ReadLines)
            .Where(line => !string.IsNullOrWhiteSpace(line))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Select(json => new Row(
                json.GetProperty("text").GetString()!,
                json.GetProperty("label").GetString() == Attack,
                json.TryGetProperty("category", out var category) ? category.GetString()! : ""));

    private static Row Screened(InjectionScreener screener, Row row)
    {
        var start = Stopwatch.GetTimestamp();
        var verdict = screener.Screen(row.Text);
        return row with
        {
            Microseconds = Stopwatch.GetElapsedTime(start).TotalMicroseconds,
            Score = verdict.Score,
            Reasons = string.Join(' ', verdict.Reasons.Select(reason => $"{reason.Key}:{reason.Value}")),
        };
    }

    private static void Line(string name, List<Row> rows, int threshold)
    {
        if (rows.Count == 0)
            return;
        var flagged = rows.Count(row => row.Score >= threshold);
        var perKilobyte = rows.Sum(row => row.Microseconds) / Math.Max(1, rows.Sum(row => row.Text.Length)) * 1024;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-60} {(rows[0].IsAttack ? "recall" : "false positives"),-16} {flagged,6} of {rows.Count,6} {100.0 * flagged / rows.Count,6:F1} % {perKilobyte,8:F1} µs/KB"));
    }

    private sealed record Row(string Text, bool IsAttack, string Category)
    {
        public int Score { get; init; }

        public double Microseconds { get; init; }

        public string Reasons { get; init; } = "";
    }
}
