using System.Data.Common;
using System.Net.Sockets;
using CleanLlm.Application.Faults;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace CleanLlm.Infrastructure.Persistence;

/// <summary>Reads the codes of both databases, however deep EF Core has wrapped them.</summary>
internal sealed class DatabaseFaults : IDatabaseFaults
{
    // SQLite's result codes: busy, locked, a failing disk, a full one, a file that cannot be opened.
    private static readonly int[] Sqlite = [5, 6, 10, 13, 14];

    // What Npgsql does not count itself: a statement that was cancelled, and a server that became a standby.
    private static readonly string[] Postgres = [PostgresErrorCodes.QueryCanceled, PostgresErrorCodes.ReadOnlySqlTransaction];

    public bool IsTransient(Exception fault) => fault switch
    {
        AggregateException several => several.InnerExceptions.Any(IsTransient),
        SqliteException sqlite => Sqlite.Contains(sqlite.SqliteErrorCode),
        DbException { IsTransient: true } => true,
        // 57P..: the server is shutting down, starting or was killed.
        PostgresException { SqlState: ['5', '7', 'P', ..] } => true,
        PostgresException { SqlState: var state } => Postgres.Contains(state),
        // The server's name is not resolved before there is a connection that could say so. Of other servers it says nothing about the database.
        SocketException resolving => resolving.StackTrace?.Contains("Npgsql", StringComparison.Ordinal) == true,
        { InnerException: { } cause } => IsTransient(cause),
        _ => false,
    };

    public bool IsConflict(Exception fault) => fault is DbUpdateConcurrencyException;
}
