namespace CleanLlm.WebApi.FunctionalTests.Statements;

/// <summary>Which tables grow with use, and which statements may read through one of them.</summary>
internal static class GrowingTables
{
    // A handful of rows however long the program is used, each read whole where that is simplest.
    // What is configured, kept once for an instance, a running completion, or an account that is just being removed.
    private static readonly string[] Small =
        ["plans", "running_completions", "audit_head", "signing_keys", "hash_keys", "data_protection_keys", "erasures", "encrypted_columns", "__EFMigrationsHistory", "__EFMigrationsLock", "sqlite_sequence"];

    /// <summary>Whether a table of the program grows. A new one does, unless it is named here.</summary>
    public static bool Contains(string table) => !Small.Contains(table, StringComparer.Ordinal) && !table.StartsWith("pg_", StringComparison.Ordinal);

    /// <summary>
    /// Whether a statement may read through a table all the same: the admins' search for a part of an address or name, which no plain index
    /// finds (docs/decisions/0046-no-scans.md).
    /// </summary>
    public static bool Spares(string statement) => statement.Contains("LIKE", StringComparison.Ordinal) && statement.Contains("display_name", StringComparison.Ordinal);
}
