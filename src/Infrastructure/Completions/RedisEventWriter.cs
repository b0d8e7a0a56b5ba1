using CleanLlm.Application.Completions.Log;
using CleanLlm.Infrastructure.Caching;
using CleanLlm.Infrastructure.Security;
using StackExchange.Redis;

namespace CleanLlm.Infrastructure.Completions;

/// <summary>Adds to one log. It keeps what is the same for every piece: the names and the key.</summary>
internal sealed class RedisEventWriter(RedisLink redis, RedisEventLog log, EphemeralEncryptor encryptor, TimeSpan longestRun) : ICompletionEventWriter
{
    private static readonly TimeSpan Retention = TimeSpan.FromMinutes(10);

    private readonly PurposeEncryptor sealer = encryptor.For(log.Purpose);

    public async Task<Appended> AppendAsync(EventBatch batch, CancellationToken ct) =>
        await redis.AskAsync(server => AppendAsync(server.GetDatabase(), batch), without: Appended.Nowhere, ct);

    private async Task<Appended> AppendAsync(IDatabase database, EventBatch batch)
    {
        var last = batch.FirstId - 1 + batch.Events.Count;
        var added = AddAsync(database, RedisEventLog.EntryId(last), sealer.Seal(EventJson.Write(batch.Events)));
        var expires = database.KeyExpireAsync(log.Key, batch.IsLast ? Retention : Retention + longestRun);
        // On the same connection, so that it is told only once it can be read; the answer says too whether there are listeners.
        var told = database.PublishAsync(log.Channel, last);
        await Task.WhenAll(added, expires, told);
        return await told > 0 ? Appended.Watched : Appended.Unwatched;
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
}
