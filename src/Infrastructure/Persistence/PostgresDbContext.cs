using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Quotas;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence;

/// <summary>The tables in PostgreSQL.</summary>
internal sealed class PostgresDbContext(DbContextOptions<PostgresDbContext> options) : AppDbContext(options)
{
    public override bool IsEmbedded => false;

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        // Two updates a completion: with room on its page a counter's new version needs no new index entry.
        builder.Entity<QuotaCounter>().HasStorageParameter("fillfactor", 50);
        // Once, or at each checkpoint; the new version also holds the answer.
        builder.Entity<Completion>().HasStorageParameter("fillfactor", 50);
        // The same, once a completion and only while its day lasts.
        builder.Entity<UsageDay>().HasStorageParameter("fillfactor", 70);
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcConverter>();
    }
}
