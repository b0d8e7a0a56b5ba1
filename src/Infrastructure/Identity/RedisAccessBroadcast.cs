using CleanLlm.Domain.Ids;
using CleanLlm.Infrastructure.Caching;
using CleanLlm.Infrastructure.Persistence.Access;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace CleanLlm.Infrastructure.Identity;

/// <summary>Sends and hears changes of rights through Redis. While it is away the other instances see a change within seconds, not at once.</summary>
internal sealed class RedisAccessBroadcast(RedisLink redis, IServiceProvider services) : IAccessBroadcast, IHostedService
{
    private const string Channel = "access";

    private IAsyncDisposable? hearing;

    // A change is told also when its caller has left meanwhile.
    public async Task SendAsync(UserId user, CancellationToken ct) => await redis.AskAsync(
        server => server.GetSubscriber().PublishAsync(redis.ChannelOf(Channel), user.ToString(), CommandFlags.FireAndForget),
        without: 0,
        CancellationToken.None);

    public async Task StartAsync(CancellationToken cancellationToken) =>
        hearing = await redis.ListenAsync(redis.ChannelOf(Channel), Hear, cancellationToken);

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (hearing is not null)
            await hearing.DisposeAsync();
    }

    private void Hear(RedisValue user)
    {
        if (Guid.TryParse((string?)user, out var id))
            services.GetRequiredService<AccessStates>().ForgetHere(new UserId(id));
    }
}
