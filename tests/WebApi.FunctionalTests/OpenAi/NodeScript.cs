using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using CleanLlm.Testing;
using CleanLlm.Testing.Upstream.OpenAi;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.OpenAi;

/// <summary>A script of <c>OpenAiClient</c>, run by Node; <c>build/test.sh</c> installs the packages.</summary>
internal static class NodeScript
{
    /// <summary>Runs it against a server.</summary>
    /// <returns>What it got of each call, by the call's name.</returns>
    public static async Task<IReadOnlyDictionary<string, JsonElement>> RunAsync(string script, string baseUrl, string key, string spentKey)
    {
        var folder = Path.GetFullPath(Path.Combine(SourceFolder(), "..", "OpenAiClient"));
        Directory.Exists(Path.Combine(folder, "node_modules")).Should().BeTrue($"'npm ci' was run in {folder}");
        using var process = Process.Start(new ProcessStartInfo("node", [script, baseUrl, key, spentKey, OpenAiServer.ChatModel, OpenAiServer.EmbeddingModel])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var deadline = Patience.Deadline();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(deadline.Token), process.StandardError.ReadToEndAsync(deadline.Token));
        try
        {
            await process.WaitForExitAsync(deadline.Token);
            process.ExitCode.Should().Be(0, "it said: {0}", await errors);
            return ApiCaller.Parse(await output).EnumerateObject().ToDictionary(call => call.Name, call => call.Value, StringComparer.Ordinal);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    private static string SourceFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
