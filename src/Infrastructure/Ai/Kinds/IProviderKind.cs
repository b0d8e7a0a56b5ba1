using CleanLlm.Infrastructure.Ai.Options;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.Kinds;

/// <summary>
/// One way of speaking to providers, and all that depends on it: an implementation that is registered as this is what
/// <see cref="ProviderOptions.Kind"/> may name. It is made before settings are checked, so it reads only those it is given.
/// </summary>
internal interface IProviderKind
{
    /// <summary>How settings name it, whatever the case; unique.</summary>
    string Name { get; }

    /// <summary>Whether it answers without a model, so that it stands in where nothing is configured and its answers say nothing.</summary>
    bool IsSimulated => false;

    /// <summary>How its providers are asked for their models; null when they cannot be.</summary>
    IModelListing? Listing => null;

    /// <summary>Fills in what the settings of a provider leave out; its name is there already.</summary>
    void FillIn(ProviderOptions provider)
    {
    }

    /// <summary>What is wrong with the settings of a provider as this kind needs them, a line for each; nothing when all is well.</summary>
    /// <param name="provider">Filled in.</param>
    /// <param name="at">Where they are, with which a line begins: <c>Ai:Providers:0</c>.</param>
    IEnumerable<string> Faults(ProviderOptions provider, string at);

    /// <summary>
    /// A chat client of a provider, asked for once. It tries once and keeps to the provider's time limits (<see cref="Calls.CallClock"/>); what it
    /// fails by is an <see cref="Application.Ai.ProviderException"/>.
    /// </summary>
    IChatClient ChatClientOf(ProviderOptions provider);

    /// <summary>What makes embeddings at a provider, by the same rules; null when it makes none.</summary>
    IEmbeddingGenerator<string, Embedding<float>>? EmbeddingsOf(ProviderOptions provider) => null;
}
