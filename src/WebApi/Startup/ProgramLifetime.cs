namespace CleanLlm.WebApi.Startup;

/// <summary>
/// The program from its start to its end, and how it ended: 0 only where it was told to stop. A background service that fails takes the
/// program down, which is a failure, during the start or later (docs/decisions/0036).
/// </summary>
internal static class ProgramLifetime
{
    /// <summary>Starts it, waits until it has stopped and disposes of it.</summary>
    /// <param name="app">As it was built.</param>
    /// <param name="output">Is told of failures; the standard error of the process.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(WebApplication app, TextWriter output)
    {
        var fallen = new FallenServices(() => Services(app));
        // Of two callbacks the later one comes first. The earlier one is older than the start, whose end would cancel services before it.
        app.Lifetime.ApplicationStopping.Register(() => fallen.Look(isCancellationFailure: false));
        app.Lifetime.ApplicationStarted.Register(() => app.Lifetime.ApplicationStopping.Register(() => fallen.Look(isCancellationFailure: true)));

        var code = await StartAsync(app, fallen, output);
        List<Exception> failures = [];
        if (code is null)
        {
            await TryAsync(() => app.WaitForShutdownAsync());
            failures.InsertRange(0, fallen.All);
        }

        await TryAsync(async () => await app.DisposeAsync());
        foreach (var failure in failures)
            output.WriteLine($"CleanLlm has ended by a failure: {failure}");
        return failures.Count == 0 ? code ?? 0 : StartFailure.ExitCode;

        async Task TryAsync(Func<Task> end)
        {
            try
            {
                await end();
            }
            catch (Exception failure)
            {
                failures.Add(failure);
            }
        }
    }

    // The exit code of a start that failed; null when the program has started.
    private static async Task<int?> StartAsync(WebApplication app, FallenServices fallen, TextWriter output)
    {
        try
        {
            await app.StartAsync();
            return null;
        }
        catch (Exception failure) when (failure is not HostAbortedException)
        {
            // A service that falls while others start ends their start too, and it alone is the cause. The start may end before that was noted.
            fallen.Look(isCancellationFailure: false);
            return fallen.All is [var cause, ..]
                ? StartFailure.Report(cause, isToldToStop: false, output)
                : StartFailure.Report(failure, app.Lifetime.ApplicationStopping.IsCancellationRequested, output);
        }
    }

    private static IEnumerable<Task> Services(WebApplication app) =>
        app.Services.GetServices<IHostedService>().OfType<BackgroundService>().Select(service => service.ExecuteTask).OfType<Task>();
}
