using CleanLlm.Testing;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>Waits for what other tasks do, and lets a fake time pass for them.</summary>
internal static class Waits
{
    /// <summary>Waits until a condition holds; its limit only keeps a broken test from hanging.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        while (!condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>What should not happen could have by the end of this.</summary>
    public static async Task GiveAChanceAsync()
    {
        for (var i = 0; i < 1000; i++)
            await Task.Yield();
    }

    /// <summary>Lets time pass until a condition holds. A real millisecond for each step: time must not run far ahead of what it wakes.</summary>
    public static async Task PassAsync(RunnerFixture fixture, Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        using var steps = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (!condition())
        {
            fixture.Clock.Advance(TimeSpan.FromMilliseconds(50));
            await steps.WaitForNextTickAsync(limit.Token);
        }
    }
}
