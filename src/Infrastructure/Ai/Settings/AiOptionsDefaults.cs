using CleanLlm.Infrastructure.Ai.Kinds;
using CleanLlm.Infrastructure.Ai.Options;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Ai.Settings;

/// <summary>Fills what section <c>Ai</c> leaves out. A simulated model that was not configured answers in Development alone.</summary>
internal sealed class AiOptionsDefaults(ProviderKinds kinds, IHostEnvironment environment) : IPostConfigureOptions<AiOptions>
{
    public void PostConfigure(string? name, AiOptions options)
    {
        if (options.Providers.Count == 0 && environment.IsDevelopment() && kinds.All.FirstOrDefault(kind => kind.IsSimulated) is { } simulated)
            options.Providers.Add(new ProviderOptions { Kind = simulated.Name });

        foreach (var provider in options.Providers)
        {
            if (kinds.Find(provider) is { } kind)
                FillIn(provider, kind);
        }
    }

    private static void FillIn(ProviderOptions provider, IProviderKind kind)
    {
        provider.Kind = kind.Name;
        if (provider.Name.Length == 0)
            provider.Name = kind.Name.ToLowerInvariant();
        kind.FillIn(provider);
    }
}
