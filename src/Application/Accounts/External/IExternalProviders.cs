using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Accounts.External;

/// <summary>The OAuth2 and OpenID Connect providers that the configuration names.</summary>
public interface IExternalProviders
{
    /// <summary>All of them, in the order of the configuration.</summary>
    IReadOnlyList<ExternalProvider> All { get; }

    /// <summary>Where browsers may be sent back to; see <see cref="External.ReturnUrls"/>.</summary>
    IReadOnlyList<string> ReturnUrls { get; }

    /// <summary>Makes sure that a sign-in can be begun; asks the provider for its settings once.</summary>
    /// <returns>Null, or why it cannot be begun.</returns>
    Task<Error?> PrepareAsync(ExternalProvider provider, CancellationToken ct);
}

/// <summary>A provider to sign in with.</summary>
/// <param name="Name">Names it in addresses.</param>
/// <param name="DisplayName">What a person reads on the button.</param>
/// <param name="Scheme">The authentication scheme that speaks to it.</param>
public sealed record ExternalProvider(string Name, string DisplayName, string Scheme);
