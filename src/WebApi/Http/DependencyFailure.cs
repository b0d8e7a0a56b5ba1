using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace CleanLlm.WebApi.Http;

/// <summary>Tells a database that is down or overloaded from a bug.</summary>
internal static class DependencyFailure
{
    private const int SqliteBusy = 5;
    private const int SqliteLocked = 6;

    /// <summary>True when the same request may succeed once the database is back.</summary>
    public static bool IsCauseOf(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            // 57P..: the server is shutting down, starting or was killed.
            if (cause is DbException { IsTransient: true }
                or SqliteException { SqliteErrorCode: SqliteBusy or SqliteLocked }
                or DbException { SqlState: ['5', '7', 'P', ..] })
                return true;
        }

        return false;
    }
}
