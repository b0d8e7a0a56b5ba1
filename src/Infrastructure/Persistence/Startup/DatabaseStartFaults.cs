using System.Data.Common;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace CleanLlm.Infrastructure.Persistence.Startup;

/// <summary>What keeps the database from being used at start, in one line that names the setting and what to do.</summary>
internal static class DatabaseStartFaults
{
    private const string Postgres = "ConnectionStrings__Postgres";
    private const string Sqlite = "ConnectionStrings__Sqlite";

    // Primary result codes of SQLite: https://www.sqlite.org/rescode.html
    private const int Permission = 3;
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    /// <summary>The line; null for a failure that no setting repairs.</summary>
    /// <param name="failure">What was thrown.</param>
    /// <param name="connection">What was to be opened.</param>
    public static string? Describe(Exception failure, DbConnection connection)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is PostgresException refusal)
                return OfPostgres(refusal, connection);
            if (cause is NpgsqlException unreachable)
                return $"{Postgres}: the server at {connection.DataSource} cannot be used: {Reason(unreachable)}. See that it runs, and check the connection string.";
            if (cause is SqliteException closed)
                return OfSqlite(closed, connection);
        }

        return null;
    }

    private static string? OfPostgres(PostgresException refusal, DbConnection connection)
    {
        var user = new NpgsqlConnectionStringBuilder(connection.ConnectionString).Username;
        return refusal.SqlState switch
        {
            PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
                $"{Postgres}: the server at {connection.DataSource} refuses the user '{user}'. Check Username and Password.",
            PostgresErrorCodes.InvalidCatalogName =>
                $"{Postgres}: the database '{connection.Database}' is not there. Make it with 'createdb --owner {user} {connection.Database}', or check Database.",
            PostgresErrorCodes.InsufficientPrivilege =>
                $"{Postgres}: the user '{user}' may not make tables in the database '{connection.Database}'. Make it the owner.",
            PostgresErrorCodes.TooManyConnections => $"{Postgres}: the server at {connection.DataSource} has no connection left. Raise its max_connections.",
            PostgresErrorCodes.CannotConnectNow => $"{Postgres}: the server at {connection.DataSource} is starting or stopping. Start again later.",
            _ => null,
        };
    }

    private static string? OfSqlite(SqliteException closed, DbConnection connection)
    {
        var file = SqliteFile.PathOf(connection.ConnectionString) ?? connection.DataSource;
        return closed.SqliteErrorCode switch
        {
            CannotOpen => $"{Sqlite}: the file {file} cannot be opened. Give the program the right to write it and its folder.",
            ReadOnly or Permission => $"{Sqlite}: the file {file} cannot be written. Give the program the right to write it and its folder.",
            NotADatabase => $"{Sqlite}: the file {file} is no SQLite database. Name another, or move it away.",
            Corrupt => $"{Sqlite}: the file {file} is damaged. Put a backup in its place.",
            Busy or Locked => $"{Sqlite}: the file {file} is in use by another process. One process owns it.",
            Full => $"{Sqlite}: the disk of {file} is full.",
            _ => null,
        };
    }

    private static string Reason(NpgsqlException unreachable) => unreachable.InnerException switch
    {
        SocketException socket => socket.Message,
        TimeoutException => "it did not answer in time",
        AggregateException { InnerException: SocketException socket } => socket.Message,
        _ => unreachable.Message.TrimEnd('.'),
    };
}
