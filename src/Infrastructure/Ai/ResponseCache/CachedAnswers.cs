using System.Buffers.Text;
using CleanLlm.Application.Ai;
using CleanLlm.Application.Security;
using CleanLlm.Infrastructure.Security;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Ai.ResponseCache;

/// <summary>
/// Answers in HybridCache: in this process, and in Redis where there is one. Keys are keyed hashes and values are encrypted under the data key of the
/// user or the plan that shares them, so that neither tells a prompt or an answer to readers of the cache, and what an erased user left opens no more.
/// </summary>
internal sealed partial class CachedAnswers(
    AnswerCache cache,
    CacheGeneration generation,
    IKeyedHash hash,
    IOwnerCiphers ciphers,
    IOptions<ResponseCacheOptions> options,
    TimeProvider clock,
    ILogger<CachedAnswers> logger)
{
    private const string KeyPrefix = "answer:";

    /// <summary>The name of a call among all calls; null when it cannot be cached.</summary>
    public async ValueTask<string?> NameAsync(IEnumerable<ChatMessage> messages, ChatOptions options, RoutedCall call, CacheTerms terms, CancellationToken ct) =>
        CacheKey.Of(messages, options, call, terms) is { } identity
            ? Base64Url.EncodeToString(await hash.ComputeAsync(HashPurpose.ResponseCache, identity, ct))
            : null;

    /// <summary>The answer that was kept; null when there is none.</summary>
    public async ValueTask<CachedAnswer?> FindAsync(string name, CacheTerms terms, CancellationToken ct)
    {
        var (key, alone) = await PlaceAsync(name, ct);
        var kept = await cache.Hybrid.GetOrCreateAsync(
            key, static _ => ValueTask.FromResult<byte[]?>(null), Entry(HybridCacheEntryFlags.DisableUnderlyingData | alone), cancellationToken: ct);
        return kept is not null && await OpenAsync(kept, key, terms, ct) is { } answer && answer.ExpiresAt > clock.GetUtcNow() ? answer : null;
    }

    /// <summary>Keeps an answer.</summary>
    public async Task KeepAsync(string name, CacheTerms terms, CachedAnswer answer, CancellationToken ct)
    {
        var cipher = await ciphers.CipherOfAsync(terms.Owner, ct);
        var (key, alone) = await PlaceAsync(name, ct);
        await cache.Hybrid.SetAsync(key, cipher.Seal(answer.ToBytes(), PurposeOf(key)), Entry(alone), cancellationToken: ct);
    }

    /// <summary>Until when an answer of this moment is kept.</summary>
    public DateTimeOffset ExpiryOf(DateTimeOffset now) => now.AddSeconds(options.Value.ExpirySeconds);

    private async ValueTask<(string Key, HybridCacheEntryFlags Alone)> PlaceAsync(string name, CancellationToken ct)
    {
        var (era, isShared) = await generation.CurrentAsync(ct);
        return ($"{KeyPrefix}{era}:{name}", isShared ? HybridCacheEntryFlags.None : HybridCacheEntryFlags.DisableDistributedCache);
    }

    private HybridCacheEntryOptions Entry(HybridCacheEntryFlags flags) =>
        new() { Expiration = TimeSpan.FromSeconds(options.Value.ExpirySeconds), Flags = flags };

    private static string PurposeOf(string key) => "response-cache|" + key;

    // An answer that cannot be read, such as one from before a key was removed, counts as missing.
    private async ValueTask<CachedAnswer?> OpenAsync(byte[] kept, string key, CacheTerms terms, CancellationToken ct)
    {
        try
        {
            return CachedAnswer.Read((await ciphers.CipherOfAsync(terms.Owner, ct)).Open(kept, PurposeOf(key)));
        }
        catch (Exception unreadable) when (!ct.IsCancellationRequested)
        {
            LogUnreadable(unreadable.GetType().Name);
            return null;
        }
    }

    [LoggerMessage(LogLevel.Warning, "A cached answer cannot be read ({Fault})")]
    private partial void LogUnreadable(string fault);
}
