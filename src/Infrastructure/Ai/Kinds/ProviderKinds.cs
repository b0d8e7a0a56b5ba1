using CleanLlm.Infrastructure.Ai.Options;

namespace CleanLlm.Infrastructure.Ai.Kinds;

/// <summary>The kinds that are registered.</summary>
internal sealed class ProviderKinds
{
    private readonly Dictionary<string, IProviderKind> byName;

    /// <exception cref="ArgumentException">Two have one name.</exception>
    public ProviderKinds(IEnumerable<IProviderKind> all)
    {
        All = [.. all];
        byName = All.ToDictionary(kind => kind.Name, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>All of them, in the order of their registration.</summary>
    public IReadOnlyList<IProviderKind> All { get; }

    /// <summary>The kind of a provider whose settings have been checked.</summary>
    public IProviderKind Of(ProviderOptions provider) => byName[provider.Kind];

    /// <summary>The kind of a provider; null when it names none that there is.</summary>
    public IProviderKind? Find(ProviderOptions provider) => byName.GetValueOrDefault(provider.Kind);

    /// <summary>How a provider is asked for its models; null when it is not asked.</summary>
    public IModelListing? ListingOf(ProviderOptions provider) =>
        provider.ListModels ?? (provider.Models.Count == 0) ? Find(provider)?.Listing : null;
}
