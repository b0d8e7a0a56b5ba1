using System.Diagnostics;
using System.Globalization;
using System.Text;
using CleanLlm.Testing;

namespace CleanLlm.WebApi.FunctionalTests.Hygiene;

/// <summary>One run of the built program, until it ends.</summary>
/// <param name="ExitCode">Of the process.</param>
/// <param name="Output">Everything it printed.</param>
internal sealed record ProgramRun(int ExitCode, string Output)
{
    /// <summary>The folder of the program.</summary>
    public static string Folder { get; } = ProgramFolder();

    /// <summary>What was printed of faults: a line each.</summary>
    public IReadOnlyList<string> Faults =>
        [.. Output.Split('\n').SkipWhile(line => line.TrimEnd() != "CleanLlm does not start:").Skip(1).Where(line => line.StartsWith("  ", StringComparison.Ordinal)).Select(line => line.Trim())];

    /// <summary>Runs it in Production, started in the folder, with the given settings and none of this process.</summary>
    /// <param name="folder">Where it is started, and has its SQLite file by default.</param>
    /// <param name="settings">With colons.</param>
    /// <param name="stopWhen">When to send it SIGTERM; without, it is expected to end by itself.</param>
    public static async Task<ProgramRun> InProductionAsync(
        string folder, IEnumerable<(string Name, string? Value)> settings, Func<ProgramOutput, Task>? stopWhen = null)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(Folder, "CleanLlm.WebApi.dll")])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        foreach (var (name, value) in settings)
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;

        using var process = Process.Start(start)!;
        var output = new ProgramOutput();
        try
        {
            using var deadline = Patience.Deadline();
            var texts = Task.WhenAll(output.ReadAsync(process.StandardOutput, deadline.Token), output.ReadAsync(process.StandardError, deadline.Token));
            if (stopWhen is not null)
            {
                await Task.WhenAny(stopWhen(output).WaitAsync(deadline.Token), process.WaitForExitAsync(deadline.Token));
                await TerminateAsync(process);
            }

            await process.WaitForExitAsync(deadline.Token);
            await texts;
            return new ProgramRun(process.ExitCode, output.Text);
        }
        catch (OperationCanceledException late)
        {
            throw new AssertionException($"The program was expected to end, and said: {output.Text}", late);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    private static async Task TerminateAsync(Process process)
    {
        if (process.HasExited)
            return;
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    // Tests and program share one artifacts folder: bin/<project>/<configuration>.
    private static string ProgramFolder()
    {
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        return Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "WebApi", configuration));
    }
}

/// <summary>What a running program has printed so far.</summary>
internal sealed class ProgramOutput
{
    private readonly StringBuilder text = new();
    private readonly List<(string Words, TaskCompletionSource Seen)> awaited = [];

    /// <summary>All of it.</summary>
    public string Text
    {
        get
        {
            lock (text)
                return text.ToString();
        }
    }

    /// <summary>Ends once a line with these words has been printed.</summary>
    public Task SaysAsync(string words)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (text)
        {
            if (text.ToString().Contains(words, StringComparison.Ordinal))
                return Task.CompletedTask;
            awaited.Add((words, seen));
        }

        return seen.Task;
    }

    /// <summary>Takes in all lines of one of its streams.</summary>
    public async Task ReadAsync(StreamReader stream, CancellationToken ct)
    {
        while (await stream.ReadLineAsync(ct) is { } line)
        {
            lock (text)
            {
                text.Append(line).Append('\n');
                foreach (var (_, seen) in awaited.Where(wait => line.Contains(wait.Words, StringComparison.Ordinal)))
                    seen.TrySetResult();
            }
        }
    }
}
