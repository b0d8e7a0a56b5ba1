using System.Collections.Frozen;
using CleanLlm.Domain.Models;

namespace CleanLlm.Infrastructure.Ai;

/// <summary>Where a model is served.</summary>
/// <param name="Model">What callers see.</param>
/// <param name="UpstreamId">The provider's own name for it.</param>
internal sealed record ModelRoute(Model Model, string UpstreamId)
{
    /// <summary>A model as configured.</summary>
    public static ModelRoute Of(ProviderOptions provider, ModelOptions model) => new(
        new Model(
            model.Id,
            model.DisplayName ?? model.Id,
            provider.Name,
            model.ContextWindow,
            model.MaxOutputTokens,
            Price(model)),
        model.UpstreamId ?? model.Id);

    private static TokenPrice Price(ModelOptions model) =>
        model is { PromptPriceMicros: 0, CompletionPriceMicros: 0, PriceVersion: null }
            ? TokenPrice.Free
            : new TokenPrice(model.PromptPriceMicros, model.CompletionPriceMicros, model.PriceVersion ?? "configured");
}

/// <summary>What the providers serve at one moment; immutable, so that readers share it.</summary>
internal sealed class ModelRoutes
{
    private readonly FrozenDictionary<string, ModelRoute> byId;

    /// <param name="routes">In the order of preference: the first with an id serves it.</param>
    public ModelRoutes(IEnumerable<ModelRoute> routes)
    {
        var distinct = routes.DistinctBy(r => r.Model.Id, StringComparer.Ordinal).ToList();
        Models = distinct.ConvertAll(r => r.Model).AsReadOnly();
        byId = distinct.ToFrozenDictionary(r => r.Model.Id, StringComparer.Ordinal);
    }

    /// <summary>All models; the first is the default.</summary>
    public IReadOnlyList<Model> Models { get; }

    /// <summary>Who serves the model; null when nobody does.</summary>
    public ModelRoute? Find(string modelId) => byId.GetValueOrDefault(modelId);
}
