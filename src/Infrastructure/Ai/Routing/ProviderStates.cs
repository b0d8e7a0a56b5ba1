using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai.Catalog;
using Polly.CircuitBreaker;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>Tells admins how the providers and their models are doing, as this instance sees them.</summary>
internal sealed class ProviderStates(ProviderPool pool, ModelCatalog catalog, TimeProvider clock) : IProviderStates
{
    public async ValueTask<IReadOnlyList<ProviderDto>> ReadAsync(CancellationToken ct)
    {
        var models = await ModelsAsync(ct);
        return [.. pool.All.Select(provider => Of(provider, [.. models[provider.Name]]))];
    }

    private async ValueTask<ILookup<string, ModelRoute>> ModelsAsync(CancellationToken ct)
    {
        try
        {
            var routes = await catalog.RoutesAsync(ct);
            return routes.All.Select(routes.Of).OfType<ModelRoute>().ToLookup(route => route.Model.Provider, StringComparer.Ordinal);
        }
        catch (ProviderException)
        {
            // When no provider can list its models, this call is wanted most.
            return Array.Empty<ModelRoute>().ToLookup(route => route.Model.Provider, StringComparer.Ordinal);
        }
    }

    private ProviderDto Of(RoutedProvider provider, IReadOnlyList<ModelRoute> routes)
    {
        var circuit = provider.Connections.Circuit;
        circuit.Note();
        var now = clock.GetUtcNow();
        IReadOnlyList<ProviderModelDto> models = [.. routes.Select(route => Of(route, provider.Models.Find(route.UpstreamId), now)).OfType<ProviderModelDto>()];
        // One model that is not asked leaves the others; when none is, it is as if the provider were not.
        var best = models.Count > 0 && models.Count == routes.Count && models.All(model => !IsAsked(model.State)) ? models.MinBy(model => model.RetryAt) : null;
        var state = circuit.State switch
        {
            CircuitState.Closed => best?.State ?? (provider.Health.Trend.IsDegraded || models.Any(model => !IsAsked(model.State)) ? ProviderState.Degraded : ProviderState.Healthy),
            var other => Of(other),
        };
        return new ProviderDto(
            provider.Name,
            provider.Options.Kind,
            provider.Options.Priority,
            provider.Options.Weight,
            [.. routes.Select(route => route.Model.Id)],
            models,
            state,
            circuit.State != CircuitState.Closed ? circuit.Since : best?.Since ?? provider.Health.Trend.Since,
            provider.Bulkhead.InFlight,
            provider.Bulkhead.Queued,
            provider.Options.MaxConcurrentCalls,
            provider.Health.Read(),
            provider.Health.Trend.LastFailure,
            provider.Health.Trend.LastFailureAt,
            circuit.OpenUntil > now ? circuit.OpenUntil : best?.RetryAt);
    }

    private static ProviderModelDto? Of(ModelRoute route, RoutedModel? model, DateTimeOffset now)
    {
        if (model is null)
            return null;
        model.Breaker.Note();
        var paused = model.PausedUntil > now;
        var circuit = model.Breaker.State;
        var state = circuit != CircuitState.Closed ? Of(circuit)
            : paused ? ProviderState.RateLimited
            : model.Trend.IsDegraded ? ProviderState.Degraded : ProviderState.Healthy;
        return new ProviderModelDto(
            route.Model.Id,
            state,
            circuit != CircuitState.Closed ? model.Breaker.Since : model.Trend.Since,
            model.Trend.LastFailure,
            model.Trend.LastFailureAt,
            paused ? model.PausedUntil : model.Breaker.OpenUntil > now ? model.Breaker.OpenUntil : null);
    }

    private static bool IsAsked(ProviderState state) => state is ProviderState.Healthy or ProviderState.Degraded;

    private static ProviderState Of(CircuitState circuit) => circuit == CircuitState.HalfOpen ? ProviderState.HalfOpen : ProviderState.Open;
}
