using CleanLlm.Application.Ai;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Ai.ResponseCache;

/// <summary>Registers the response cache.</summary>
internal static class ResponseCacheRegistration
{
    /// <summary>Puts the cache in front of the chat router that is registered.</summary>
    public static IServiceCollection AddResponseCache(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<ResponseCacheMetrics>();
        services.AddSingleton<CacheGeneration>();
        services.AddSingleton<IResponseCache>(provider => provider.GetRequiredService<CacheGeneration>());
        services.AddSingleton<CachedAnswers>();
        services.Decorate<IChatRouter, CachingChatRouter>();
        // The memory cache below HybridCache, whose other users keep nothing in it.
        services.AddOptions<MemoryCacheOptions>().Configure<IOptions<ResponseCacheOptions>>((memory, cache) => memory.SizeLimit = cache.Value.MemoryBytes);
        return services;
    }
}
