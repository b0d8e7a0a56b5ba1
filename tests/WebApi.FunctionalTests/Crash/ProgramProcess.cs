using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
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
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        // Tests and program share one artifacts folder: bin/<project>/<configuration>.
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var program = Path.Combine(AppContext.BaseDirectory, "..", "..", "WebApi", configuration, "CleanLlm.WebApi.dll");
        var start = new ProcessStartInfo("dotnet", [Path.GetFullPath(program)]) { WorkingDirectory = Path.GetDirectoryName(Path.GetFullPath(program)) };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        start.Environment["ASPNETCORE_URLS"] = address.ToString();
        foreach (var (name, value) in settings)
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;

        var started = new ProgramProcess(Process.Start(start)!, address);
        using var caller = new ApiCaller(address);
        await Eventually.HoldsAsync("the program is ready", async () =>
        {
            started.process.HasExited.Should().BeFalse("it started");
            try
            {
                return (await caller.GetAsync("/health/ready")).Status == HttpStatusCode.OK;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
        return started;
    }

    /// <summary>SIGKILL: nothing of it runs any more, not even a finally block.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await KillAsync();
        process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
