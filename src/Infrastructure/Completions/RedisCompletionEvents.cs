using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Log;
using CleanLlm.Domain.Ids;
using CleanLlm.Infrastructure.Caching;
using CleanLlm.Infrastructure.Security;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace CleanLlm.Infrastructure.Completions;

/// <summary>
/// Event logs as Redis streams. An entry holds some events that follow each other, encrypted, under the id of the last of them: so
/// what comes after an event is one range, and a repeated write is refused by Redis itself.
/// </summary>
internal sealed partial class RedisCompletionEvents(
    IConnectionMultiplexer redis, EphemeralEncryptor encryptor, IOptions<CompletionOptions> options, ILogger<RedisCompletionEvents> logger) : ICompletionEventStore
{
    // How many pieces one reading takes from Redis at most; the rest comes with the next.
    private const int MaxEntries = 200;

    private readonly TimeSpan callTimeout = redis.CallTimeout();

    public bool IsShared => true;

    public ICompletionEventWriter OpenWriter(CompletionId id) =>
        new RedisEventWriter(redis, callTimeout, NamesOf(id), encryptor, TimeSpan.FromSeconds(options.Value.MaxSeconds), logger);

    public async Task<EventBatch> ReadAsync(CompletionId id, int after, CancellationToken ct)
    {
        var log = NamesOf(id);
        try
        {
            // With the piece that ends in what the reader saw last: it may have been the end.
            var entries = await redis.GetDatabase().StreamRangeAsync(log.Key, RedisEventLog.EntryId(after), "+", MaxEntries).WaitAsync(callTimeout, ct);
            List<CompletionEvent> events = [];
            var isLast = false;
            foreach (var entry in entries)
            {
                var piece = EventJson.Read(encryptor.Open((byte[])entry[RedisEventLog.Field]!, log.Purpose));
                var first = LastOf(entry) - piece.Length + 1;
                // The first piece may begin with what the reader has seen; one with a gap before it must not be shown.
                if (first > after + events.Count + 1)
                    break;
                events.AddRange(piece.Skip(after + events.Count + 1 - first));
                isLast = piece[^1] is CompletionFinished or CompletionFailed or CompletionCancelled;
            }

            return new EventBatch(after + 1, events.ToArray(), isLast);
        }
        // What another version wrote may not be readable here; then the row tells the end.
        catch (Exception away) when (RedisCalls.IsAway(away) || away is CryptographicException or JsonException)
        {
            LogAway(away.Message);
            return new EventBatch(after + 1, ArraySegment<CompletionEvent>.Empty, IsLast: false);
        }
    }

    public async Task<IAsyncDisposable> WatchAsync(CompletionId id, Action appended, CancellationToken ct)
    {
        var watch = new Watch(redis, NamesOf(id).Channel, (_, _) => appended());
        try
        {
            await redis.GetSubscriber().SubscribeAsync(watch.Channel, watch.Handler).WaitAsync(callTimeout, ct);
        }
        catch (Exception away) when (RedisCalls.IsAway(away))
        {
            // The reader looks now and then by itself.
            LogAway(away.Message);
        }
        catch
        {
            await watch.DisposeAsync();
            throw;
        }

        return watch;
    }

    // All databases of one Redis share its channels: the number keeps two installations apart.
    private RedisEventLog NamesOf(CompletionId id) => new(
        $"cleanllm:events:{id}", RedisChannel.Literal($"cleanllm:{redis.GetDatabase().Database}:events:{id}"), $"completion-events|{id}");

    private static int LastOf(StreamEntry entry) => int.TryParse(((string)entry.Id!).Split('-')[0], CultureInfo.InvariantCulture, out var last)
        ? last
        : throw new JsonException("An id that is no place in a log.");

    [LoggerMessage(LogLevel.Debug, "Redis cannot share events just now ({Cause})")]
    private partial void LogAway(string cause);

    private sealed class Watch(IConnectionMultiplexer redis, RedisChannel channel, Action<RedisChannel, RedisValue> handler) : IAsyncDisposable
    {
        public RedisChannel Channel => channel;

        public Action<RedisChannel, RedisValue> Handler => handler;

        public async ValueTask DisposeAsync()
        {
            try
            {
                await redis.GetSubscriber().UnsubscribeAsync(channel, handler, CommandFlags.FireAndForget);
            }
            catch (Exception away) when (RedisCalls.IsAway(away))
            {
                // Without a connection there is no subscription either.
            }
        }
    }
}
