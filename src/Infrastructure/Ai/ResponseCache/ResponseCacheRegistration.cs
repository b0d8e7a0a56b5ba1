using CleanLlm.Application.Ai;
using Microsoft.Extensions.DependencyInjection;

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
        services.AddSingleton<AnswerCache>();
        services.AddSingleton<CachedAnswers>();
        services.Decorate<IChatRouter, CachingChatRouter>();
        return services;
    }
}
