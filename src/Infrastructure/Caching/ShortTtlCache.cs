using System.Collections.Concurrent;

namespace CleanLlm.Infrastructure.Caching;

/// <summary>
/// Keeps what was read from the database for a short time, in this process only. The time counts from before the read, so that
/// nothing is believed for longer, whatever happens meanwhile; parallel askers of one key share one read.
/// </summary>
internal sealed class ShortTtlCache<TKey, TValue>(TimeSpan lifetime, TimeProvider clock)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Entry> entries = new();
    private long sweptAt = clock.GetTimestamp();

    public ValueTask<TValue> GetAsync<TState>(TKey key, TState state, Func<TKey, TState, CancellationToken, Task<TValue>> read, CancellationToken ct)
    {
        if (entries.TryGetValue(key, out var known) && !IsOver(known))
            return known.Value.IsCompletedSuccessfully ? new ValueTask<TValue>(known.Value.Result) : new ValueTask<TValue>(known.Value.WaitAsync(ct));

        Sweep();
        var reading = new TaskCompletionSource<TValue>(TaskCreationOptions.RunContinuationsAsynchronously);
        var entry = new Entry(reading.Task, clock.GetTimestamp());
        var won = known is null ? entries.TryAdd(key, entry) : entries.TryUpdate(key, entry, known);
        if (!won)
            return GetAsync(key, state, read, ct);
        // Without the first asker's token: others wait for the same read.
        _ = ReadAsync(key, entry, reading, read(key, state, CancellationToken.None));
        return new ValueTask<TValue>(reading.Task.WaitAsync(ct));
    }

    /// <summary>Forgets what the predicate names; the next asker reads anew.</summary>
    public void Forget(Func<TKey, TValue, bool> predicate)
    {
        foreach (var (key, entry) in entries)
        {
            // What is still being read may have been read before the change: it is forgotten too.
            if (!entry.Value.IsCompletedSuccessfully || predicate(key, entry.Value.Result))
                entries.TryRemove(KeyValuePair.Create(key, entry));
        }
    }

    private async Task ReadAsync(TKey key, Entry entry, TaskCompletionSource<TValue> reading, Task<TValue> read)
    {
        try
        {
            reading.SetResult(await read);
        }
        catch (Exception exception)
        {
            entries.TryRemove(KeyValuePair.Create(key, entry));
            reading.SetException(exception);
        }
    }

    private bool IsOver(Entry entry) => clock.GetElapsedTime(entry.ReadAt) >= lifetime;

    private void Sweep()
    {
        var last = Volatile.Read(ref sweptAt);
        if (clock.GetElapsedTime(last) < lifetime * 4 || Interlocked.CompareExchange(ref sweptAt, clock.GetTimestamp(), last) != last)
            return;
        foreach (var (key, entry) in entries)
        {
            if (IsOver(entry))
                entries.TryRemove(KeyValuePair.Create(key, entry));
        }
    }

    private sealed record Entry(Task<TValue> Value, long ReadAt);
}
