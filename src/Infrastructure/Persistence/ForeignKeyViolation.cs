using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace CleanLlm.Infrastructure.Persistence;

/// <summary>Recognises that the row which a new one belongs to is gone.</summary>
internal static class ForeignKeyViolation
{
    private const int SqliteConstraintForeignKey = 787;

    /// <summary>Whether a foreign key refused the change.</summary>
    public static bool IsCauseOf(DbUpdateException exception) => exception.InnerException switch
    {
        PostgresException postgres => postgres.SqlState == PostgresErrorCodes.ForeignKeyViolation,
        SqliteException sqlite => sqlite.SqliteExtendedErrorCode == SqliteConstraintForeignKey,
        _ => false,
    };
}
