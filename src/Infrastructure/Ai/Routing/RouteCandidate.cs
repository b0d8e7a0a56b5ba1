using System.Threading.RateLimiting;
using CleanLlm.Domain.Models;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>A model at a provider that may answer a call.</summary>
/// <param name="Model">The model as the caller was offered it.</param>
/// <param name="UpstreamId">The provider's own name for it.</param>
/// <param name="Provider">The provider that serves it.</param>
/// <param name="State">Whether the provider's model may be asked.</param>
/// <param name="Group">0 for what was asked for; 1 and on for fallback models, in their order.</param>
internal readonly record struct RouteCandidate(Model Model, string UpstreamId, RoutedProvider Provider, RoutedModel State, int Group)
{
    /// <summary>Until when a <c>Retry-After</c> asks for no calls of it; in the past when there is none.</summary>
    public DateTimeOffset PausedUntil => State.PausedUntil;

    /// <summary>Until when an open breaker lets no call of it through, its own or its provider's; in the past when neither is open.</summary>
    public DateTimeOffset OpenUntil => State.Breaker.OpenUntil > Provider.Connections.Circuit.OpenUntil
        ? State.Breaker.OpenUntil
        : Provider.Connections.Circuit.OpenUntil;

    /// <summary>When it may be asked again; in the past when it may be asked now.</summary>
    public DateTimeOffset ClosedUntil => PausedUntil > OpenUntil ? PausedUntil : OpenUntil;

    /// <summary>Takes a place and the tickets of both breakers, or nothing.</summary>
    /// <param name="place">A place that was waited for; null to take one if there is one.</param>
    public ProviderLease? TryEnter(RateLimitLease? place = null) => Provider.TryEnter(State, place);
}
