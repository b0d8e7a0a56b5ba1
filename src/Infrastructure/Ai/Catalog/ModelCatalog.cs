using CleanLlm.Application.Ai;
using CleanLlm.Domain.Models;
using CleanLlm.Infrastructure.Ai.Kinds;
using CleanLlm.Infrastructure.Ai.Options;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Ai.Catalog;

/// <summary>
/// The configured models and those that providers list themselves. A server's list is asked for when first needed,
/// then renewed in the background: a warm catalogue is one field read.
/// </summary>
internal sealed partial class ModelCatalog(
    IOptions<AiOptions> options, ProviderKinds kinds, HybridCache cache, TimeProvider clock, ILogger<ModelCatalog> logger)
    : IModelCatalog, IAsyncDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan RetryIncomplete = TimeSpan.FromSeconds(15);

    /// <summary>Instances share a list through the distributed cache; within one, the snapshot is the cache.</summary>
    private static readonly HybridCacheEntryOptions Caching = new()
    {
        Expiration = Fresh - TimeSpan.FromSeconds(30),
        Flags = HybridCacheEntryFlags.DisableLocalCache,
    };

    private readonly List<ProviderOptions> providers = [.. options.Value.Providers.OrderBy(p => p.Priority)];
    private readonly Lock renewing = new();
    private readonly CancellationTokenSource lifetime = new();
    private Snapshot? current;
    private Task<Snapshot>? renewal;

    public async ValueTask<IReadOnlyList<Model>> ListAsync(CancellationToken ct) => (await RoutesAsync(ct)).Models;

    public async ValueTask<ModelCandidates> CandidatesAsync(string model, CancellationToken ct) => (await RoutesAsync(ct)).Candidates(model);

    /// <summary>Which providers serve which models.</summary>
    /// <exception cref="ProviderException">No provider is reachable that could tell its models, and none are configured.</exception>
    public ValueTask<ModelRoutes> RoutesAsync(CancellationToken ct)
    {
        var known = Volatile.Read(ref current);
        if (known is null)
            return FirstAsync(ct);
        var now = clock.GetUtcNow();
        if (known.RenewAt <= now)
            _ = RenewAsync();
        // Prices change at their moment for all callers, so a renewal is not awaited. Two readers at once make the same.
        if (known.RepriceAt <= now)
            Interlocked.CompareExchange(ref current, known = Priced(known.Lists, known.RenewAt, now), known);
        return ValueTask.FromResult(known.Routes);
    }

    /// <summary>Ends a renewal that still runs, before the connections it uses are disposed of.</summary>
    public async ValueTask DisposeAsync()
    {
        // The container holds it under two types and disposes of each.
        if (lifetime.IsCancellationRequested)
            return;
        await lifetime.CancelAsync();
        if (renewal is Task running)
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lifetime.Dispose();
    }

    private async ValueTask<ModelRoutes> FirstAsync(CancellationToken ct)
    {
        var loaded = await RenewAsync().WaitAsync(ct);
        return loaded.Routes.Models.Count > 0
            ? loaded.Routes
            : throw new ProviderException(ProviderFailure.Refused, "No provider could be asked for its models, and none are configured.");
    }

    /// <summary>One renewal at a time, for all callers; so it has no caller's token.</summary>
    private Task<Snapshot> RenewAsync()
    {
        lock (renewing)
            return renewal is { IsCompleted: false } running ? running : renewal = LoadAsync();
    }

    private async Task<Snapshot> LoadAsync()
    {
        var lists = await Task.WhenAll(providers.Select(ModelsOfAsync));
        var now = clock.GetUtcNow();
        DateTimeOffset? renewAt = !providers.Any(p => kinds.ListingOf(p) is not null) ? null : now + (lists.All(list => list.IsComplete) ? Fresh : RetryIncomplete);
        // A renewal that lost a server keeps what was known of it; a first load without any model is tried again by the next caller.
        if (current is { } old)
            lists = [.. lists.Zip(old.Lists, static (list, known) => list.IsComplete ? list : known)];
        var loaded = Priced(lists, renewAt, now);
        if (loaded.Routes.Models.Count > 0)
            Volatile.Write(ref current, loaded);
        return loaded;
    }

    private static Snapshot Priced(ModelList[] lists, DateTimeOffset? renewAt, DateTimeOffset now)
    {
        var changes = lists.SelectMany(list => list.Models).SelectMany(model => model.Prices).Select(price => price.From).Where(from => from > now);
        var routes = new ModelRoutes([.. lists.SelectMany(list => list.Models.Select(model => ModelRoute.Of(list.Provider, model, now)))]);
        return new Snapshot(lists, routes, renewAt, changes.Select(from => (DateTimeOffset?)from).Min());
    }

    /// <summary>What is configured, and then what the server lists besides.</summary>
    private async Task<ModelList> ModelsOfAsync(ProviderOptions provider)
    {
        if (kinds.ListingOf(provider) is not { } listing)
            return new ModelList(provider, [.. provider.Models], IsComplete: true);
        try
        {
            // Only the shut-down ends it, and by the request itself: so nothing is left running when this await returns.
            var listed = await cache.GetOrCreateAsync(
                $"ai:listed-models:{provider.Name}",
                _ => new ValueTask<ListedModel[]>(listing.ModelsAsync(provider, lifetime.Token)),
                Caching,
                cancellationToken: CancellationToken.None);
            var others = listed.Where(other => provider.Models.All(m => m.Id != other.Id && (m.UpstreamId ?? m.Id) != other.Id)).Select(Described);
            return new ModelList(provider, [.. provider.Models, .. others], IsComplete: true);
        }
        catch (ProviderException failure)
        {
            LogUnlisted(provider.Name, failure.Failure);
            return new ModelList(provider, [.. provider.Models], IsComplete: false);
        }
    }

    private static ModelOptions Described(ListedModel listed) => new()
    {
        Id = listed.Id,
        ContextWindow = listed.ContextWindow ?? ModelOptions.DefaultContextWindow,
        MaxOutputTokens = listed.MaxOutputTokens,
        IsEmbedding = listed.Id.Contains("embed", StringComparison.OrdinalIgnoreCase),
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Provider {Provider} did not list its models: {Failure}")]
    private partial void LogUnlisted(string provider, ProviderFailure failure);

    /// <summary>A provider's models; not complete when it was to list them and could not.</summary>
    private sealed record ModelList(ProviderOptions Provider, IReadOnlyList<ModelOptions> Models, bool IsComplete);

    private sealed record Snapshot(ModelList[] Lists, ModelRoutes Routes, DateTimeOffset? RenewAt, DateTimeOffset? RepriceAt);
}
