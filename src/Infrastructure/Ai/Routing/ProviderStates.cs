using CleanLlm.Application.Ai;
using CleanLlm.Domain.Models;
using Polly.CircuitBreaker;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>Tells admins how the providers are doing, as this instance sees them.</summary>
internal sealed class ProviderStates(ProviderPool pool, ModelCatalog catalog, TimeProvider clock) : IProviderStates
{
    public async ValueTask<IReadOnlyList<ProviderDto>> ReadAsync(CancellationToken ct)
    {
        var models = await ModelsAsync(ct);
        return [.. pool.All.Select(provider => Of(provider, [.. models[provider.Name]]))];
    }

    private async ValueTask<ILookup<string, string>> ModelsAsync(CancellationToken ct)
    {
        try
        {
            return (await catalog.RoutesAsync(ct)).All.ToLookup(model => model.Provider, model => model.Id, StringComparer.Ordinal);
        }
        catch (ProviderException)
        {
            // When nobody can list their models, this call is wanted most.
            return Array.Empty<Model>().ToLookup(model => model.Provider, model => model.Id, StringComparer.Ordinal);
        }
    }

    private ProviderDto Of(RoutedProvider provider, IReadOnlyList<string> models)
    {
        provider.NoteCircuit();
        var now = clock.GetUtcNow();
        var leftAlone = provider.LeftAloneUntil > now ? provider.LeftAloneUntil : (DateTimeOffset?)null;
        var state = State(provider, leftAlone is not null);
        return new ProviderDto(
            provider.Name,
            provider.Options.Kind,
            provider.Options.Priority,
            provider.Options.Weight,
            models,
            state,
            state is ProviderState.Healthy or ProviderState.Degraded or ProviderState.RateLimited ? provider.Health.Since : provider.CircuitSince,
            provider.Bulkhead.InFlight,
            provider.Bulkhead.Queued,
            provider.Options.MaxConcurrentCalls,
            provider.Health.Read(),
            provider.Health.LastFailure,
            provider.Health.LastFailureAt,
            leftAlone ?? (provider.OpenUntil > now ? provider.OpenUntil : null));
    }

    private static ProviderState State(RoutedProvider provider, bool leftAlone) => provider.Breaker.State switch
    {
        CircuitState.Open or CircuitState.Isolated => ProviderState.Open,
        CircuitState.HalfOpen => ProviderState.HalfOpen,
        _ when leftAlone => ProviderState.RateLimited,
        _ => provider.Health.IsDegraded ? ProviderState.Degraded : ProviderState.Healthy,
    };
}
