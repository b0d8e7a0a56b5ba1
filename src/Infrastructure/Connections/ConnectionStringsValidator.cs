using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Npgsql;
using StackExchange.Redis;

namespace CleanLlm.Infrastructure.Connections;

/// <summary>The program does not start with connection strings that cannot be read. What the parsers say is not told: it may quote a password.</summary>
internal sealed class ConnectionStringsValidator : IValidateOptions<ConnectionStringsOptions>
{
    public ValidateOptionsResult Validate(string? name, ConnectionStringsOptions options)
    {
        List<string> failures = [];
        if (options.Postgres is { Length: > 0 } postgres && !IsRead(() => new NpgsqlConnectionStringBuilder(postgres).Host is { Length: > 0 }))
            failures.Add("ConnectionStrings:Postgres is no connection string: write it as Host=…;Port=5432;Database=…;Username=…;Password=…, by the names of Npgsql.");
        if (options.Sqlite is { Length: > 0 } sqlite && !IsRead(() => new SqliteConnectionStringBuilder(sqlite).DataSource is { Length: > 0 }))
            failures.Add("ConnectionStrings:Sqlite is no connection string: write it as Data Source=/folder/file.db.");
        if (options.Redis is { Length: > 0 } redis && !IsRead(() => ConfigurationOptions.Parse(redis).EndPoints.Count > 0))
            failures.Add("ConnectionStrings:Redis is no connection string: write it as host:6379,password=…, by the names of StackExchange.Redis.");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static bool IsRead(Func<bool> read)
    {
        try
        {
            return read();
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or FormatException or OverflowException or InvalidCastException)
        {
            return false;
        }
    }
}
