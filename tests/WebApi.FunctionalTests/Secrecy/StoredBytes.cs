using System.Globalization;
using System.Text;
using CleanLlm.Testing.Databases;
using Microsoft.Data.Sqlite;
using StackExchange.Redis;

namespace CleanLlm.WebApi.FunctionalTests.Secrecy;

/// <summary>Looks for a text in all that servers have written: database files, write-ahead log and Redis.</summary>
internal static class StoredBytes
{
    /// <summary>The files that hold a text: those of the database and of its write-ahead log.</summary>
    public static async Task<IReadOnlyList<string>> FilesWithAsync(TestDatabase database, string text)
    {
        if (database.Kind == DatabaseKind.Sqlite)
        {
            var file = new SqliteConnectionStringBuilder(database.ConnectionString).DataSource;
            return [.. Directory.EnumerateFiles(Path.GetDirectoryName(file)!, $"{Path.GetFileName(file)}*").Where(path => Holds(path, text)).Select(Path.GetFileName)!];
        }

        // The server reads its own files, whoever may read them. What is in memory alone is written first.
        await database.ExecuteAsync("CHECKPOINT");
        var found = await database.TextAsync(string.Create(CultureInfo.InvariantCulture, $$"""
            SELECT string_agg(f.path, ' ') FROM (
                SELECT 'base/' || d.oid || '/' || n AS path FROM pg_database d, pg_ls_dir('base/' || d.oid) n WHERE d.datname = current_database() AND n ~ '^[0-9]+$'
                UNION ALL
                SELECT 'pg_wal/' || w.name FROM pg_ls_waldir() w WHERE w.modification > now() - interval '10 minutes'
            ) f
            WHERE position(convert_to('{{text}}', 'UTF8') IN pg_read_binary_file(f.path, 0, 100000000, true)) > 0
            """));
        return found is { Length: > 0 } ? found.Split(' ') : [];
    }

    /// <summary>All keys and values of a Redis database, as text.</summary>
    public static async Task<string> OfRedisAsync(string configuration)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync($"{configuration},allowAdmin=true");
        var database = redis.GetDatabase();
        var all = new StringBuilder();
        await foreach (var key in redis.GetServers()[0].KeysAsync(database.Database))
        {
            all.AppendLine(key.ToString());
            RedisValue[] values = await database.KeyTypeAsync(key) switch
            {
                RedisType.String => [await database.StringGetAsync(key)],
                RedisType.Hash => await database.HashValuesAsync(key),
                RedisType.List => await database.ListRangeAsync(key),
                RedisType.Set => await database.SetMembersAsync(key),
                RedisType.SortedSet => await database.SortedSetRangeByRankAsync(key),
                RedisType.Stream => [.. (await database.StreamRangeAsync(key)).SelectMany(entry => entry.Values).Select(field => field.Value)],
                var other => throw new InvalidOperationException($"{key} is a {other}, of which this reads nothing."),
            };
            foreach (var value in values)
                all.AppendLine(Encoding.UTF8.GetString((byte[])value!));
        }

        return all.ToString();
    }

    private static bool Holds(string path, string text)
    {
        // The program has the file open.
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.GetBuffer().AsSpan(0, (int)bytes.Length).IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;
    }
}
