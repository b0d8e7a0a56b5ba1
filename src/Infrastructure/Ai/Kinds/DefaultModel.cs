using CleanLlm.Infrastructure.Ai.Options;

namespace CleanLlm.Infrastructure.Ai.Kinds;

/// <summary>The default model of a service, which is served under the provider's own name: contracts that need no model name have one.</summary>
internal static class DefaultModel
{
    /// <summary>Lets a provider without models serve the default.</summary>
    public static void ServeDefaultModel(this ProviderOptions provider)
    {
        if (provider.Models.Count == 0)
            provider.Models.Add(new ModelOptions { Id = provider.Name });
    }

    /// <summary>What the service is named as the model: nothing, when its default is meant.</summary>
    public static string? ModelToName(this ProviderOptions provider, string? model) => model == provider.Name ? null : model;
}
