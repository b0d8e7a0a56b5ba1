using CleanLlm.Application.Settings;

namespace CleanLlm.Infrastructure.Connections;

/// <summary>Section <c>ConnectionStrings</c>: which servers there are. Their values hold passwords.</summary>
internal sealed class ConnectionStringsOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "ConnectionStrings";

    /// <summary>PostgreSQL, in the form of Npgsql. Default none: SQLite.</summary>
    [Secret]
    public string? Postgres { get; init; }

    /// <summary>The file of SQLite. Default <c>data/cleanllm.db</c> below the working folder.</summary>
    [Secret]
    public string? Sqlite { get; init; }

    /// <summary>Redis, in the form of StackExchange.Redis. Default none: each process by itself.</summary>
    [Secret]
    public string? Redis { get; init; }
}
