using System.Collections.Concurrent;
using CleanLlm.Application.Completions.Log;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>Shared logs in memory, which a test can cut off or fill in another instance's place.</summary>
internal sealed class FakeSharedEvents : ICompletionEventStore
{
    private readonly ConcurrentDictionary<CompletionId, List<CompletionEvent>> logs = new();
    private readonly ConcurrentDictionary<CompletionId, Action> watchers = new();

    public bool IsShared { get; set; }

    /// <summary>Whether writing and reading fail just now.</summary>
    public bool IsAway { get; set; }

    /// <summary>Whether writing throws what no attempt mends.</summary>
    public bool IsBroken { get; set; }

    public int Appends { get; private set; }

    /// <summary>How often writing was tried, also in vain.</summary>
    public int Tries { get; private set; }

    /// <summary>The completions whose events are copied.</summary>
    public List<CompletionId> Opened { get; } = [];

    /// <summary>What is shared; its pieces are counted by then.</summary>
    public IReadOnlyList<CompletionEvent> EventsOf(CompletionId id)
    {
        if (!logs.TryGetValue(id, out var log))
            return [];
        lock (log)
            return [.. log];
    }

    public ICompletionEventWriter OpenWriter(CompletionId id)
    {
        Opened.Add(id);
        return new Writer(this, id);
    }

    public Task<EventBatch> ReadAsync(CompletionId id, int after, CancellationToken ct)
    {
        CompletionEvent[] events = [];
        var isLast = false;
        if (!IsAway && logs.TryGetValue(id, out var log))
        {
            lock (log)
                (events, isLast) = ([.. log.Skip(after)], after <= log.Count && log is [.., { IsEnding: true }]);
        }

        return Task.FromResult(new EventBatch(after + 1, events, isLast));
    }

    public Task<IAsyncDisposable> WatchAsync(CompletionId id, Action appended, CancellationToken ct)
    {
        watchers[id] = appended;
        return Task.FromResult<IAsyncDisposable>(new Watch(() => watchers.TryRemove(id, out _)));
    }

    private Appended Append(CompletionId id, EventBatch batch)
    {
        Tries++;
        if (IsBroken)
            throw new InvalidOperationException("broken");
        if (IsAway)
            return Appended.Nowhere;
        var log = logs.GetOrAdd(id, _ => []);
        lock (log)
        {
            batch.FirstId.Should().Be(log.Count + 1);
            Appends++;
            log.AddRange(batch.Events);
        }

        if (!watchers.TryGetValue(id, out var appended))
            return Appended.Unwatched;
        appended();
        return Appended.Watched;
    }

    private sealed class Writer(FakeSharedEvents store, CompletionId id) : ICompletionEventWriter
    {
        public Task<Appended> AppendAsync(EventBatch batch, CancellationToken ct) => Task.FromResult(store.Append(id, batch));
    }

    private sealed class Watch(Action leave) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            leave();
            return ValueTask.CompletedTask;
        }
    }
}
