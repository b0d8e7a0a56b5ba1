using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Following;
using CleanLlm.Application.Completions.Log;
using CleanLlm.Application.Completions.Running;
using CleanLlm.Domain.Completions;
using CleanLlm.Testing;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>Two instances as far as a feed can tell: one that runs the completion, and one that knows it from the shared log and the database only.</summary>
internal abstract class TwoInstanceTests : IDisposable
{
    protected static readonly TimeSpan Silence = TimeSpan.FromSeconds(1.5);

    // No run here ends because its test took its time.
    protected RunnerFixture Here { get; } = new() { Shared = { IsShared = true }, Value = new CompletionOptions { MaxSeconds = 86_400 } };

    protected RunnerFixture Elsewhere { get; } = new();

    public void Dispose()
    {
        Here.Dispose();
        Elsewhere.Dispose();
    }

    protected CompletionFeed FeedOf(RunnerFixture instance) => new(instance.Running, Here.Shared, instance, instance.Clock);

    protected async Task<CompletionRun> StreamAsync() => (await Here.StartAsync(Here.Ask() with { Stream = true })).Value;

    protected async Task<ICompletionReader> OpenElsewhereAsync(CompletionRun run, int after, TimeSpan? silence = null)
    {
        Elsewhere.Stored = CompletionDto.From(Here.Store.Admitted.Single(), answer: null) with { Status = CompletionStatus.Running };
        return (await FeedOf(Elsewhere).OpenAsync(run.Id, Here.UserId, after, silence ?? Silence, default)).Value;
    }

    protected Task AdvanceHereUntilAsync(Func<bool> condition) => UntilAsync(condition, Here);

    protected Task AdvanceUntilAsync(Task done) => UntilAsync(() => done.IsCompleted, Here, Elsewhere);

    // A real millisecond for each step: time must not run far ahead of what it wakes.
    protected static async Task UntilAsync(Func<bool> condition, params RunnerFixture[] advancing)
    {
        using var deadline = Patience.Deadline();
        using var steps = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (!condition())
        {
            foreach (var instance in advancing)
                instance.Clock.Advance(TimeSpan.FromMilliseconds(25));
            await steps.WaitForNextTickAsync(deadline.Token);
        }
    }
}
