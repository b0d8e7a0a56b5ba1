using CleanLlm.Testing.Databases;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence;

/// <summary>Leases go by the clock of the database, which no test sets.</summary>
internal static class Leases
{
    /// <summary>Ends the leases of all that runs.</summary>
    public static Task<int> EndLeasesAsync(this TestDatabase database) => database.ExecuteAsync(
        $"UPDATE completions SET lease_expires_at = {(database.Kind == DatabaseKind.Postgres ? "now() - interval '1 second'" : "1")} WHERE lease_expires_at IS NOT NULL");
}
