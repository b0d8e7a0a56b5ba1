using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>Registers what leads calls to providers.</summary>
internal static class RoutingRegistration
{
    /// <summary>Adds the clients that use cases see, and what admins see of the providers.</summary>
    public static IServiceCollection AddAiRouting(this IServiceCollection services)
    {
        services.AddMetrics();
        services.TryAddSingleton(Random.Shared);
        services.AddSingleton<ProviderPool>();
        services.AddSingleton<RoutingMetrics>();
        services.AddSingleton<Router>();
        services.AddSingleton<IProviderPlaces, ProviderPlaces>();
        services.AddSingleton<IChatClient, RoutingChatClient>();
        services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>, RoutingEmbeddingGenerator>();
        services.AddSingleton<IProviderStates, ProviderStates>();
        return services;
    }
}
