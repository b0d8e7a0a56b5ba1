using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace CleanLlm.Infrastructure.Caching;

/// <summary>Asks for the connection at start, because making it waits; after that it reconnects by itself.</summary>
internal sealed partial class RedisStartup(IConnectionMultiplexer redis, ILogger<RedisStartup> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!redis.IsConnected)
            LogAway(logger);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Warning, "Redis is away; starting without it")]
    private static partial void LogAway(ILogger logger);
}
