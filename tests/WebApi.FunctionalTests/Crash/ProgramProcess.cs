using System.Diagnostics;
using System.Globalization;
using System.Net;
using CleanLlm.Testing;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Crash;

/// <summary>The built program as a process of its own, so that it can be killed.</summary>
internal sealed class ProgramProcess : IAsyncDisposable
{
    private readonly Process process;

    private ProgramProcess(Process process, Uri address) => (this.process, Address) = (process, address);

    public Uri Address { get; }

    /// <summary>Starts it with the given settings and waits until it is ready.</summary>
    public static async Task<ProgramProcess> StartAsync(IReadOnlyDictionary<string, string> settings)
    {
        var address = new Uri($"http://127.0.0.1:{LoopbackPort.Free()}");
        var start = Program(settings);
        start.Environment["ASPNETCORE_URLS"] = address.ToString();
        var started = new ProgramProcess(Process.Start(start)!, address);
        try
        {
            await started.ReadyAsync();
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs one of its commands to the end.</summary>
    /// <returns>The exit code, and what it printed.</returns>
    public static async Task<(int Code, string Output)> RunAsync(IReadOnlyDictionary<string, string> settings, string command)
    {
        var start = Program(settings);
        start.ArgumentList.Add(command);
        start.RedirectStandardOutput = true;
        using var running = Process.Start(start)!;
        using var deadline = Patience.Deadline();
        var output = await running.StandardOutput.ReadToEndAsync(deadline.Token);
        await running.WaitForExitAsync(deadline.Token);
        return (running.ExitCode, output);
    }

    /// <summary>SIGKILL: nothing of it runs any more, not even a finally block.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>SIGTERM: it is to leave in order.</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>How it has ended.</summary>
    public async Task<int> ExitCodeAsync()
    {
        using var deadline = Patience.Deadline();
        await process.WaitForExitAsync(deadline.Token);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await KillAsync();
        process.Dispose();
    }

    // Tests and program share one artifacts folder: bin/<project>/<configuration>.
    private static ProcessStartInfo Program(IReadOnlyDictionary<string, string> settings)
    {
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var program = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "WebApi", configuration, "CleanLlm.WebApi.dll"));
        var start = new ProcessStartInfo("dotnet", [program]) { WorkingDirectory = Path.GetDirectoryName(program) };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        foreach (var (name, value) in settings)
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        return start;
    }

    private async Task ReadyAsync()
    {
        using var caller = new ApiCaller(Address);
        await Eventually.HoldsAsync("the program is ready", async () =>
        {
            process.HasExited.Should().BeFalse("it started");
            try
            {
                return (await caller.GetAsync("/health/ready")).Status == HttpStatusCode.OK;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }
}
