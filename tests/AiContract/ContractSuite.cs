using System.Text.Json;
using Grpc.Core;

namespace CleanLlm.AiContract;

/// <summary>Runs all checks, one after the other, and prints a line for each.</summary>
internal static class ContractSuite
{
    /// <returns>How many checks failed.</returns>
    public static async Task<int> RunAsync(ContractOptions options, TextWriter output)
    {
        var failures = 0;
        var passed = 0;
        if (options.Url is { } url)
        {
            await output.WriteLineAsync($"POST {url.AbsoluteUri.TrimEnd('/')}/predict");
            using var checks = new PredictChecks(options);
            await RunAllAsync(checks.All);
        }

        if (options.Grpc is { } grpc)
        {
            await output.WriteLineAsync($"cleanllm.inference.v1.Inference at {grpc}");
            using var checks = new GrpcChecks(options);
            await RunAllAsync(checks.All);
        }

        await output.WriteLineAsync($"{passed} passed, {failures} failed");
        return failures;

        async Task RunAllAsync(IEnumerable<ContractCheck> checks)
        {
            foreach (var check in checks)
            {
                var outcome = await OutcomeAsync(check, options.Timeout);
                if (outcome.Failed)
                    failures++;
                else
                    passed++;
                await output.WriteLineAsync(outcome.Line);
            }
        }
    }

    private static async Task<(bool Failed, string Line)> OutcomeAsync(ContractCheck check, TimeSpan timeout)
    {
        using var limit = new CancellationTokenSource(timeout);
        try
        {
            var remark = await check.Run(limit.Token);
            return (false, remark is null ? $"  ok    {check.Name}" : $"  ok    {check.Name} ({remark})");
        }
        catch (ContractBroken broken)
        {
            return (true, $"  FAIL  {check.Name}: {broken.Message}");
        }
        catch (Exception thrown) when (limit.IsCancellationRequested && thrown is OperationCanceledException or RpcException)
        {
            return (true, $"  FAIL  {check.Name}: not done after {timeout.TotalSeconds} s");
        }
        catch (Exception thrown) when (thrown is HttpRequestException or IOException or JsonException or RpcException or OperationCanceledException)
        {
            return (true, $"  FAIL  {check.Name}: {thrown.Message}");
        }
    }
}

/// <summary>One line of the report.</summary>
/// <param name="Name">What the server does when it passes.</param>
/// <param name="Run">Throws <see cref="ContractBroken"/> when it does not; a remark for the report otherwise, or null.</param>
internal sealed record ContractCheck(string Name, Func<CancellationToken, Task<string?>> Run);

/// <summary>The server does something else than the contract says.</summary>
internal sealed class ContractBroken(string message) : Exception(message)
{
    /// <summary>Continues only when the condition holds.</summary>
    public static void Unless(bool holds, string otherwise)
    {
        if (!holds)
            throw new ContractBroken(otherwise);
    }
}
