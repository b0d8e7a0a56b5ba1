using CleanLlm.Application.Completions.Log;
using CleanLlm.Infrastructure.Caching;
using CleanLlm.Infrastructure.Security;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace CleanLlm.Infrastructure.Completions;

/// <summary>Adds to one log. It keeps what is the same for every piece: the names and the key.</summary>
internal sealed partial class RedisEventWriter(
    IConnectionMultiplexer redis, TimeSpan callTimeout, RedisEventLog log, EphemeralEncryptor encryptor, TimeSpan longestRun, ILogger<RedisCompletionEvents> logger)
    : ICompletionEventWriter
{
    private static readonly TimeSpan Retention = TimeSpan.FromMinutes(10);

    private readonly PurposeEncryptor sealer = encryptor.For(log.Purpose);

    public async Task<Appended> AppendAsync(EventBatch batch, CancellationToken ct)
    {
        var last = batch.FirstId - 1 + batch.Events.Count;
        try
        {
            var database = redis.GetDatabase();
            var added = AddAsync(database, RedisEventLog.EntryId(last), sealer.Seal(EventJson.Write(batch.Events)));
            var expires = database.KeyExpireAsync(log.Key, batch.IsLast ? Retention : Retention + longestRun);
            // On the same connection, so that it is told only once it can be read; the answer says too whether anybody listens.
            var told = database.PublishAsync(log.Channel, last);
            await Task.WhenAll(added, expires, told).WaitAsync(callTimeout, ct);
            return await told > 0 ? Appended.Watched : Appended.Unwatched;
        }
        catch (Exception away) when (RedisCalls.IsAway(away))
        {
            LogAway(away.Message);
            return Appended.Nowhere;
        }
    }

    private async Task AddAsync(IDatabase database, RedisValue id, RedisValue events)
    {
        try
        {
            await database.StreamAddAsync(log.Key, RedisEventLog.Field, events, id);
        }
        catch (RedisServerException refused) when (refused.Message.Contains("equal or smaller", StringComparison.Ordinal))
        {
            // It was written by the attempt before, whose confirmation was lost.
        }
    }

    [LoggerMessage(LogLevel.Debug, "Redis cannot share events just now ({Cause})")]
    private partial void LogAway(string cause);
}
