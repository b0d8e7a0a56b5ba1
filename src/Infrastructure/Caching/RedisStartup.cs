using Microsoft.Extensions.Hosting;

namespace CleanLlm.Infrastructure.Caching;

/// <summary>Asks for the connection at start, because making it waits; after that it reconnects by itself.</summary>
internal sealed class RedisStartup(RedisLink redis) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken) =>
        await redis.AskAsync(static server => server.GetDatabase().PingAsync(), default, cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
