using System.Globalization;
using StackExchange.Redis;

namespace CleanLlm.Infrastructure.Completions;

/// <summary>What the shared log of one completion is called.</summary>
/// <param name="Key">Its Redis stream.</param>
/// <param name="Channel">Where each addition to it is told.</param>
/// <param name="Purpose">What its pieces are encrypted for.</param>
internal sealed record RedisEventLog(RedisKey Key, RedisChannel Channel, string Purpose)
{
    /// <summary>The one field of an entry: its events.</summary>
    public const string Field = "e";

    /// <summary>The id of the entry that ends with an event.</summary>
    public static RedisValue EntryId(int last) => string.Create(CultureInfo.InvariantCulture, $"{last}-0");
}
