using System.Diagnostics;

namespace CleanLlm.WebApi.FunctionalTests.Hygiene;

/// <summary>A start of the built program that is expected to end by itself.</summary>
/// <param name="ExitCode">Of the process.</param>
/// <param name="Output">Everything it printed.</param>
internal sealed record ProgramRun(int ExitCode, string Output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs it in Production, on SQLite in an empty folder, with the given settings and none of this process.</summary>
    public static async Task<ProgramRun> InProductionAsync(IReadOnlyDictionary<string, string> settings)
    {
        var folder = Directory.CreateTempSubdirectory("cleanllm-start-");
        // Tests and program share one artifacts folder: bin/<project>/<configuration>.
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var program = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "WebApi", configuration, "CleanLlm.WebApi.dll"));
        var start = new ProcessStartInfo("dotnet", [program])
        {
            WorkingDirectory = Path.GetDirectoryName(program),
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["ConnectionStrings__Sqlite"] = $"Data Source={Path.Combine(folder.FullName, "app.db")}";
        foreach (var (name, value) in settings)
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;

        using var process = Process.Start(start)!;
        try
        {
            using var deadline = new CancellationTokenSource(Patience);
            var texts = Task.WhenAll(process.StandardOutput.ReadToEndAsync(deadline.Token), process.StandardError.ReadToEndAsync(deadline.Token));
            await process.WaitForExitAsync(deadline.Token);
            return new ProgramRun(process.ExitCode, string.Concat(await texts));
        }
        catch (OperationCanceledException late)
        {
            throw new AssertionException("The program started, and was expected not to.", late);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
            folder.Delete(recursive: true);
        }
    }
}
