using CleanLlm.Infrastructure.Memory;
using CleanLlm.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace CleanLlm.Infrastructure.IntegrationTests.Memory;

/// <summary>On the collector itself, so nothing else may run and allocate beside it.</summary>
[NonParallelizable]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class RestingHeapTrimTests : ILogger<RestingHeapTrim>
{
    private readonly TaskCompletionSource<string> trimmed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FakeTimeProvider clock = new();

    [Test]
    public async Task AProcessAtRest_GivesBackWhatALoadLeft()
    {
        using var trim = new RestingHeapTrim(Options.Create(new MemoryOptions()), clock, this);
        await trim.StartAsync(default);
        var garbage = Load();
        var before = GC.CollectionCount(GC.MaxGeneration);

        await LooksAsync();

        var said = await trimmed.Task;
        await TestContext.Out.WriteLineAsync(said);
        garbage.IsAlive.Should().BeFalse();
        GC.CollectionCount(GC.MaxGeneration).Should().BeGreaterThan(before);
        await trim.StopAsync(default);
    }

    [Test]
    public async Task AProcessThatWasToldNotTo_KeepsIt()
    {
        using var trim = new RestingHeapTrim(Options.Create(new MemoryOptions { TrimAtRest = false }), clock, this);

        await trim.StartAsync(default);
        await trim.ExecuteTask!;

        trimmed.Task.IsCompleted.Should().BeFalse();
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        trimmed.TrySetResult(formatter(state, exception));

    /// <summary>Old garbage: it has lived through collections, so that only a full one finds it.</summary>
    private static WeakReference Load()
    {
        var blocks = new byte[100][];
        for (var i = 0; i < blocks.Length; i++)
            blocks[i] = new byte[RestingHeap.WorthBytes / blocks.Length + 1];
        GC.Collect();
        GC.Collect();
        return new WeakReference(blocks);
    }

    /// <summary>Looks until one has found the process at rest, which the first cannot.</summary>
    private async Task LooksAsync()
    {
        using var deadline = Patience.Deadline();
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!trimmed.Task.IsCompleted)
        {
            clock.Advance(RestingHeap.LookInterval);
            await pause.WaitForNextTickAsync(deadline.Token);
        }
    }
}
