using System.Collections.Frozen;
using CleanLlm.Infrastructure.Ai.Options;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>The configured providers with their state, which this instance alone knows.</summary>
internal sealed class ProviderPool : IDisposable
{
    private readonly FrozenDictionary<string, RoutedProvider> byName;

    public ProviderPool(IOptions<AiOptions> options, TimeProvider clock, ILogger<RoutedProvider> logger)
    {
        All = [.. options.Value.Providers.OrderBy(p => p.Priority).Select(p => new RoutedProvider(p, options.Value.Breaker, clock, logger))];
        byName = All.ToFrozenDictionary(p => p.Name, StringComparer.Ordinal);
    }

    /// <summary>All of them, those that are asked first in front.</summary>
    public IReadOnlyList<RoutedProvider> All { get; }

    /// <summary>A configured provider.</summary>
    public RoutedProvider this[string name] => byName[name];

    public void Dispose()
    {
        foreach (var provider in All)
            provider.Dispose();
    }
}
