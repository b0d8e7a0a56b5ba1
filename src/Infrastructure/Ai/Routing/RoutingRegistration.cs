using CleanLlm.Application.Ai;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>Registers what leads calls to providers.</summary>
internal static class RoutingRegistration
{
    /// <summary>Adds the routers that use cases see, and what admins see of the providers.</summary>
    public static IServiceCollection AddAiRouting(this IServiceCollection services)
    {
        services.AddMetrics();
        services.TryAddSingleton(Random.Shared);
        services.AddSingleton<ProviderPool>();
        services.AddSingleton<RoutingMetrics>();
        services.AddSingleton<Router>();
        services.AddSingleton<IProviderPlaces, ProviderPlaces>();
        services.AddSingleton<ProviderClients>();
        services.AddSingleton<IChatRouter, ChatRouter>();
        services.AddSingleton<IEmbeddingRouter, EmbeddingRouter>();
        services.AddSingleton<IProviderStates, ProviderStates>();
        return services;
    }
}
