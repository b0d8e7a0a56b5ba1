using System.Collections.Frozen;
using CleanLlm.Application.Ai;
using CleanLlm.Domain.Models;
using CleanLlm.Infrastructure.Ai.Options;
using CleanLlm.Infrastructure.Ai.Tokens;

namespace CleanLlm.Infrastructure.Ai.Catalog;

/// <summary>Where a model is served.</summary>
/// <param name="Model">What callers see.</param>
/// <param name="UpstreamId">The provider's own name for it.</param>
/// <param name="Names">What callers may call it: its id and its aliases.</param>
/// <param name="Fallbacks">The names of models that may stand in for it.</param>
internal sealed record ModelRoute(Model Model, string UpstreamId, IReadOnlyList<string> Names, IReadOnlyList<string> Fallbacks)
{
    /// <summary>A model as configured, at the prices of a moment.</summary>
    public static ModelRoute Of(ProviderOptions provider, ModelOptions model, DateTimeOffset now) => new(
        new Model(
            model.Id,
            model.DisplayName ?? model.Id,
            provider.Name,
            model.ContextWindow,
            Math.Min(model.MaxOutputTokens ?? model.ContextWindow, provider.MaxOutputTokens ?? int.MaxValue),
            Price(model, now))
        {
            IsEmbedding = model.IsEmbedding,
            Capabilities = model.ShownCapabilities,
            TokenRatio = model.TokenRatio ?? TokenRatios.Of(model.UpstreamId ?? model.Id),
            IsLengthUnknown = model.MaxOutputTokens is null && provider.MaxOutputTokens is null,
        },
        model.UpstreamId ?? model.Id,
        [model.Id, .. model.Aliases],
        [.. model.Fallbacks]);

    /// <summary>Whether it equals another that is wanted: called by the same name, and not merely named as its stand-in.</summary>
    public bool IsEqualTo(ModelRoute wanted) =>
        Model.Id == wanted.Model.Id
        || (Names.Any(name => wanted.Names.Contains(name, StringComparer.Ordinal))
            && !Names.Any(name => wanted.Fallbacks.Contains(name, StringComparer.Ordinal)));

    private static TokenPrice Price(ModelOptions model, DateTimeOffset now)
    {
        if (model.Prices.Where(price => price.From <= now).MaxBy(price => price.From) is { } table)
            return table.ToPrice(table.Version);
        return model is { Price.IsFree: true, PriceVersion: null } ? TokenPrice.Free : model.Price.ToPrice(model.PriceVersion ?? "configured");
    }
}

/// <summary>What the providers serve at one moment; immutable, so that readers share it.</summary>
internal sealed class ModelRoutes
{
    private readonly FrozenDictionary<(string Provider, string Id), ModelRoute> routes;
    private readonly FrozenDictionary<string, ModelCandidates> candidates;

    /// <param name="all">In the order of preference.</param>
    public ModelRoutes(IReadOnlyList<ModelRoute> all)
    {
        // One that makes embeddings cannot be the default.
        All = [.. all.Select(r => r.Model)];
        Models = [.. all.DistinctBy(r => r.Model.Id, StringComparer.Ordinal).OrderBy(r => r.Model.IsEmbedding).Select(r => r.Model)];
        routes = all.ToFrozenDictionary(r => (r.Model.Provider, r.Model.Id));

        var byName = all
            .SelectMany(route => route.Names.Distinct(StringComparer.Ordinal), static (route, name) => (name, route))
            .ToLookup(pair => pair.name, pair => pair.route, StringComparer.Ordinal);
        candidates = byName.ToFrozenDictionary(
            group => group.Key,
            group => new ModelCandidates(
                [.. group.Select(r => r.Model).Distinct()],
                [.. group.Concat(group.SelectMany(r => r.Fallbacks).SelectMany(name => byName[name])).Select(r => r.Model).Distinct()]),
            StringComparer.Ordinal);
    }

    /// <summary>Every model at every provider.</summary>
    public IReadOnlyList<Model> All { get; }

    /// <summary>All models, each once, at the provider that is asked first; the first is the default.</summary>
    public IReadOnlyList<Model> Models { get; }

    /// <summary>The candidates for a name.</summary>
    public ModelCandidates Candidates(string name) => candidates.GetValueOrDefault(name, ModelCandidates.None);

    /// <summary>Where a model is served; null when it no longer is.</summary>
    public ModelRoute? Of(Model model) => routes.GetValueOrDefault((model.Provider, model.Id));
}
