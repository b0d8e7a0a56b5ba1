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
    RedisLink redis, EphemeralEncryptor encryptor, IOptions<CompletionOptions> options, ILogger<RedisCompletionEvents> logger) : ICompletionEventStore
{
    // How many pieces one reading takes from Redis at most; the rest comes with the next.
    private const int MaxEntries = 200;

    public bool IsShared => true;

    public ICompletionEventWriter OpenWriter(CompletionId id) =>
        new RedisEventWriter(redis, NamesOf(id), encryptor, TimeSpan.FromSeconds(options.Value.MaxSeconds));

    public async Task<EventBatch> ReadAsync(CompletionId id, int after, CancellationToken ct)
    {
        var log = NamesOf(id);
        // With the piece that ends in what the reader saw last: it may have been the end.
        var entries = await redis.AskAsync(
            server => server.GetDatabase().StreamRangeAsync(log.Key, RedisEventLog.EntryId(after), "+", MaxEntries), without: [], ct);
        try
        {
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
        catch (Exception unreadable) when (unreadable is CryptographicException or JsonException)
        {
            LogUnreadable(unreadable.GetType().Name);
            return new EventBatch(after + 1, ArraySegment<CompletionEvent>.Empty, IsLast: false);
        }
    }

    // While Redis is away the reader looks now and then by itself.
    public Task<IAsyncDisposable> WatchAsync(CompletionId id, Action appended, CancellationToken ct) =>
        redis.ListenAsync(NamesOf(id).Channel, _ => appended(), ct);

    private RedisEventLog NamesOf(CompletionId id) => new($"cleanllm:events:{id}", redis.ChannelOf($"events:{id}"), $"completion-events|{id}");

    private static int LastOf(StreamEntry entry) => int.TryParse(((string)entry.Id!).Split('-')[0], CultureInfo.InvariantCulture, out var last)
        ? last
        : throw new JsonException("An id that is no place in a log.");

    [LoggerMessage(LogLevel.Debug, "Shared events cannot be read ({Fault})")]
    private partial void LogUnreadable(string fault);
}
