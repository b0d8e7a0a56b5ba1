using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence;

/// <summary>Tells which database is in use, without its credentials.</summary>
internal sealed class DatabaseDescription(IDbContextFactory<AppDbContext> databases)
{
    /// <summary>Product, version and place.</summary>
    public async Task<string> ReadAsync(CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        await database.Database.OpenConnectionAsync(ct);
        var connection = database.Database.GetDbConnection();
        return database.IsEmbedded
            ? $"SQLite {connection.ServerVersion} at {Path.GetFullPath(connection.DataSource)}"
            : $"PostgreSQL {connection.ServerVersion} at {connection.DataSource}/{connection.Database}";
    }
}
