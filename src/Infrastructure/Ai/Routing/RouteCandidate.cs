using CleanLlm.Domain.Models;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>A model at a provider that may answer a call.</summary>
/// <param name="Model">The model as the caller was offered it.</param>
/// <param name="UpstreamId">The provider's own name for it.</param>
/// <param name="Provider">Who serves it.</param>
/// <param name="Group">0 for what was asked for; 1 and on for fallback models, in their order.</param>
internal readonly record struct RouteCandidate(Model Model, string UpstreamId, RoutedProvider Provider, int Group);
