using System.Globalization;
using StackExchange.Redis;

namespace CleanLlm.Testing.Databases;

/// <summary>Gives each fixture an empty Redis database of its own.</summary>
public static class TestRedis
{
    // build/lib.sh starts Redis with 1,024 databases; number 0 only counts the ones given out.
    private const int Databases = 1024;

    /// <summary>
    /// A StackExchange.Redis configuration that selects a database that no other fixture uses. It waits long for an answer: on a busy machine
    /// the program would take Redis for away, and limit and remember by itself.
    /// </summary>
    public static async Task<string> ConnectionStringAsync()
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(TestServers.Redis);
        var given = await redis.GetDatabase(0).StringIncrementAsync("cleanllm:test:databases");
        if (given >= Databases)
            throw new InvalidOperationException("All Redis databases were given out: restart the test server.");
        return string.Create(CultureInfo.InvariantCulture, $"{TestServers.Redis},defaultDatabase={given},asyncTimeout={Patience.Slack.TotalMilliseconds}");
    }
}
