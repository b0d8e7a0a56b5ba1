using System.Collections.Concurrent;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>The states of a provider's models, made when a model is first asked. A catalogue may hold hundreds, few of them in use.</summary>
internal sealed class ModelStates(TimeProvider clock, Func<string, RoutedModel> make)
{
    /// <summary>Beyond so many, those are dropped of which nothing needs to be remembered.</summary>
    public const int Kept = 1_024;

    private readonly ConcurrentDictionary<string, RoutedModel> byId = new(StringComparer.Ordinal);

    // ConcurrentDictionary.Count takes all of its locks.
    private int count;

    /// <summary>The state of a model, by the provider's own name for it.</summary>
    public RoutedModel Of(string id) => byId.TryGetValue(id, out var known) ? known : Add(id);

    /// <summary>The state of a model that has been asked; null for one that has not.</summary>
    public RoutedModel? Find(string id) => byId.GetValueOrDefault(id);

    /// <summary>Those that have been asked.</summary>
    public IEnumerable<RoutedModel> All => byId.Select(pair => pair.Value);

    private RoutedModel Add(string id)
    {
        if (Volatile.Read(ref count) >= Kept)
            DropThoseAtRest();
        var made = make(id);
        var kept = byId.GetOrAdd(id, made);
        if (ReferenceEquals(kept, made))
            Interlocked.Increment(ref count);
        return kept;
    }

    // A call under way keeps its own reference; what it still has to tell of a model at rest may be lost.
    private void DropThoseAtRest()
    {
        var now = clock.GetUtcNow();
        foreach (var (id, model) in byId)
        {
            if (model.IsAtRest(now) && byId.TryRemove(id, out _))
                Interlocked.Decrement(ref count);
        }
    }
}
