using CleanLlm.Application.Faults;
using CleanLlm.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CleanLlm.Application.UnitTests.Faults;

/// <summary>Work that a caller waits for is never retried behind background work.</summary>
internal sealed class DatabaseRetriesTests : IDatabaseFaults
{
    [Test]
    public async Task WhatSomebodyWaitsFor_DoesNotWaitBehindWhatNobodyDoes()
    {
        var clock = new FakeTimeProvider();
        using var retries = new DatabaseRetries(this, clock, NullLogger<DatabaseRetries>.Instance);
        using var ended = new CancellationTokenSource();
        var hanging = 0;
        var asides = Enumerable.Range(0, 10).Select(_ => retries.RunInBackgroundAsync("A title", FailsFirst(HangAsync), ended.Token)).ToList();
        await PassAsync(() => Volatile.Read(ref hanging) > 0);

        var end = retries.RunAsync("The end", FailsFirst(_ => Task.FromResult(true)), default);
        await PassAsync(() => end.IsCompleted);

        (await end).Should().BeTrue();
        hanging.Should().Be(1, "such work is done again one after the other");
        await ended.CancelAsync();
        foreach (var aside in asides)
            await aside.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();

        async Task<bool> HangAsync(CancellationToken ct)
        {
            Interlocked.Increment(ref hanging);
            await Task.Delay(Timeout.Infinite, ct);
            return true;
        }

        async Task PassAsync(Func<bool> condition)
        {
            using var deadline = Patience.Deadline();
            while (!condition())
            {
                deadline.Token.ThrowIfCancellationRequested();
                clock.Advance(TimeSpan.FromMilliseconds(100));
                await Task.Yield();
            }
        }
    }

    bool IDatabaseFaults.IsTransient(Exception fault) => fault is TimeoutException;

    bool IDatabaseFaults.IsConflict(Exception fault) => false;

    private static Func<CancellationToken, Task<bool>> FailsFirst(Func<CancellationToken, Task<bool>> again)
    {
        var failed = false;
        return ct =>
        {
            if (failed)
                return again(ct);
            failed = true;
            throw new TimeoutException("away");
        };
    }
}
