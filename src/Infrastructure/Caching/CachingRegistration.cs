using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace CleanLlm.Infrastructure.Caching;

/// <summary>Registers HybridCache, with Redis as its second level where a connection string is given.</summary>
internal static class CachingRegistration
{
    // Redis is optional: neither a start nor a call waits long for it while it is away.
    private const int ConnectTimeoutMilliseconds = 2000;
    private const int CallTimeoutMilliseconds = 500;

    public static IServiceCollection AddCaching(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddHybridCache(options => options.MaximumPayloadBytes = 1024 * 1024);
        if (configuration.GetConnectionString("Redis") is not { Length: > 0 } redis)
            return services;

        services.AddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(Settings(redis)));
        services.AddSingleton<RedisLink>();
        services.AddStackExchangeRedisCache(_ => { });
        services.AddOptions<Microsoft.Extensions.Caching.StackExchangeRedis.RedisCacheOptions>()
            .Configure<IConnectionMultiplexer>((cache, connection) =>
            {
                cache.InstanceName = "cleanllm:";
                cache.ConnectionMultiplexerFactory = () => Task.FromResult(connection);
            });
        services.Decorate<IDistributedCache, LinkedDistributedCache>();
        services.AddHostedService<RedisStartup>();
        services.AddHealthChecks().AddRedis(
            provider => provider.GetRequiredService<IConnectionMultiplexer>(), "redis", HealthStatus.Degraded, tags: ["ready"]);
        return services;
    }

    private static ConfigurationOptions Settings(string redis)
    {
        var settings = ConfigurationOptions.Parse(redis);
        settings.AbortOnConnectFail = false;
        settings.ConnectTimeout = ConnectTimeoutMilliseconds;
        if (!redis.Contains(nameof(settings.AsyncTimeout), StringComparison.OrdinalIgnoreCase))
            settings.AsyncTimeout = CallTimeoutMilliseconds;
        settings.BacklogPolicy = BacklogPolicy.FailFast;
        return settings;
    }
}
