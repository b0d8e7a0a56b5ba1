using System.Diagnostics;
using System.Runtime.CompilerServices;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.ExternalSignIn;

/// <summary>The certified <c>oidc-provider</c> as a process of its own; <c>build/test.sh</c> installs it.</summary>
internal sealed class OpenIdProviderProcess : IAsyncDisposable
{
    /// <summary>The program's secret; see <c>OpenIdProvider/server.mjs</c>.</summary>
    public const string ClientSecret = "a secret of the tests only";

    private readonly Process process;

    private OpenIdProviderProcess(Process process) => this.process = process;

    /// <summary>The issuer on a port.</summary>
    public static string Authority(int port) => FormattableString.Invariant($"http://127.0.0.1:{port}");

    /// <summary>Starts it and waits until it answers.</summary>
    public static async Task<OpenIdProviderProcess> StartAsync(int port, params string[] redirectUris)
    {
        var folder = Path.GetFullPath(Path.Combine(SourceFolder(), "..", "OpenIdProvider"));
        Directory.Exists(Path.Combine(folder, "node_modules")).Should().BeTrue($"'npm ci' was run in {folder}");
        var start = new ProcessStartInfo("node", ["server.mjs", FormattableString.Invariant($"{port}"), .. redirectUris])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var provider = new OpenIdProviderProcess(Process.Start(start)!);
        provider.process.BeginOutputReadLine();
        provider.process.BeginErrorReadLine();

        try
        {
            await provider.ReadyAsync(port);
            return provider;
        }
        catch
        {
            await provider.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }

    private async Task ReadyAsync(int port)
    {
        using var http = new HttpClient();
        await Eventually.HoldsAsync("the OpenID provider answers", async () =>
        {
            process.HasExited.Should().BeFalse("it started");
            try
            {
                return (await http.GetAsync(new Uri($"{Authority(port)}/.well-known/openid-configuration"))).IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }

    private static string SourceFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
