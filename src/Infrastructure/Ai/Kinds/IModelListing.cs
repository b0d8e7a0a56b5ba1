using CleanLlm.Infrastructure.Ai.Options;

namespace CleanLlm.Infrastructure.Ai.Kinds;

/// <summary>Asks providers which models they have.</summary>
internal interface IModelListing
{
    /// <summary>The models of a provider, in its own order.</summary>
    /// <exception cref="Application.Ai.ProviderException">It cannot be reached or understood in time.</exception>
    Task<ListedModel[]> ModelsAsync(ProviderOptions provider, CancellationToken ct);
}

/// <summary>A model as a provider lists it.</summary>
/// <param name="Id">The provider's name for it.</param>
/// <param name="ContextWindow">Prompt and answer together, in tokens; null when the provider does not tell.</param>
/// <param name="MaxOutputTokens">The longest answer, in tokens; null when the provider does not tell.</param>
internal sealed record ListedModel(string Id, int? ContextWindow, int? MaxOutputTokens);
