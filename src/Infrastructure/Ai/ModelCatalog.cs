using CleanLlm.Application.Ai;
using CleanLlm.Domain.Models;
using CleanLlm.Infrastructure.Ai.OpenAi;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Ai;

/// <summary>
/// The configured models and those that OpenAI-compatible servers list themselves. A server's list is asked for when first needed,
/// then renewed behind the callers' backs: a warm catalogue is one field read.
/// </summary>
internal sealed partial class ModelCatalog(
    IOptions<AiOptions> options, OpenAiProviders servers, HybridCache cache, TimeProvider clock, ILogger<ModelCatalog> logger)
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

    public async ValueTask<IReadOnlyList<Model>> CandidatesAsync(string model, CancellationToken ct) =>
        (await RoutesAsync(ct)).Find(model) is { } route ? [route.Model] : [];

    /// <summary>Who serves what.</summary>
    /// <exception cref="ProviderException">No provider is reachable that could tell its models, and none are configured.</exception>
    public ValueTask<ModelRoutes> RoutesAsync(CancellationToken ct)
    {
        var known = Volatile.Read(ref current);
        if (known is null)
            return FirstAsync(ct);
        if (known.RenewAt is { } at && clock.GetUtcNow() >= at)
            _ = RenewAsync();
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

    /// <summary>One renewal at a time, whoever asks; it has no caller's token because it serves them all.</summary>
    private Task<Snapshot> RenewAsync()
    {
        lock (renewing)
            return renewal is { IsCompleted: false } running ? running : renewal = LoadAsync();
    }

    private async Task<Snapshot> LoadAsync()
    {
        var lists = await Task.WhenAll(providers.Select(ModelsOfAsync));
        var complete = lists.All(list => list is not null);
        var routes = new ModelRoutes(lists.SelectMany(list => list ?? []));
        DateTimeOffset? renewAt = providers.All(p => p.Models.Count > 0) ? null : clock.GetUtcNow() + (complete ? Fresh : RetryIncomplete);
        var loaded = new Snapshot(routes, renewAt);
        // A renewal that lost a server keeps what was known of it; a first load without any model is tried again by the next caller.
        if (routes.Models.Count > 0 && (complete || current is null))
            Volatile.Write(ref current, loaded);
        else if (current is { } old)
            Volatile.Write(ref current, old with { RenewAt = renewAt });
        return loaded;
    }

    private async Task<IReadOnlyList<ModelRoute>?> ModelsOfAsync(ProviderOptions provider)
    {
        if (provider.Models.Count > 0)
            return [.. provider.Models.Select(m => ModelRoute.Of(provider, m))];
        try
        {
            // Only the shut-down ends it, and by the request itself: so nothing is left running when this await returns.
            var ids = await cache.GetOrCreateAsync(
                $"ai:models:{provider.Name}",
                _ => new ValueTask<string[]>(servers.ModelIdsAsync(provider.Name, lifetime.Token)),
                Caching,
                cancellationToken: CancellationToken.None);
            return [.. ids.Select(id => ModelRoute.Of(provider, new ModelOptions { Id = id }))];
        }
        catch (ProviderException failure)
        {
            LogUnlisted(provider.Name, failure.Failure);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Provider {Provider} did not list its models: {Failure}")]
    private partial void LogUnlisted(string provider, ProviderFailure failure);

    private sealed record Snapshot(ModelRoutes Routes, DateTimeOffset? RenewAt);
}
