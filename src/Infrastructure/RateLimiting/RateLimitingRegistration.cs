using CleanLlm.Application.RateLimiting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Infrastructure.RateLimiting;

/// <summary>Registers the limiter of rates: in Redis where a connection string is given, else in memory.</summary>
internal static class RateLimitingRegistration
{
    public static IServiceCollection AddRateLimiting(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<MemoryRateLimiter>();
        return configuration.GetConnectionString("Redis") is { Length: > 0 }
            ? services.AddSingleton<IRateLimiter, RedisRateLimiter>()
            : services.AddSingleton<IRateLimiter>(provider => provider.GetRequiredService<MemoryRateLimiter>());
    }
}
