using CleanLlm.Domain.Ids;
using CleanLlm.Infrastructure.Caching;
using CleanLlm.Infrastructure.Persistence.Access;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace CleanLlm.Infrastructure.Identity;

/// <summary>Sends and hears changes of rights through Redis.</summary>
internal sealed partial class RedisAccessBroadcast(
    IConnectionMultiplexer redis, IServiceProvider services, ILogger<RedisAccessBroadcast> logger) : IAccessBroadcast, IHostedService
{
    // All databases of one Redis share its channels: the number keeps two installations apart.
    private RedisChannel Channel => RedisChannel.Literal($"cleanllm:{redis.GetDatabase().Database}:access");

    public async Task SendAsync(UserId user, CancellationToken ct)
    {
        try
        {
            await redis.GetSubscriber().PublishAsync(Channel, user.ToString(), CommandFlags.FireAndForget);
        }
        catch (Exception away) when (RedisCalls.IsAway(away))
        {
            LogAway(away);
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Renewed by itself whenever the connection comes back.
            await redis.GetSubscriber().SubscribeAsync(Channel, Hear, CommandFlags.FireAndForget);
        }
        catch (Exception away) when (RedisCalls.IsAway(away))
        {
            LogAway(away);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Hear(RedisChannel channel, RedisValue user)
    {
        if (Guid.TryParse((string?)user, out var id))
            services.GetRequiredService<AccessStates>().ForgetHere(new UserId(id));
    }

    [LoggerMessage(LogLevel.Warning, "Redis is away: a change of rights is seen by the other instances within seconds, not at once")]
    private partial void LogAway(Exception exception);
}
