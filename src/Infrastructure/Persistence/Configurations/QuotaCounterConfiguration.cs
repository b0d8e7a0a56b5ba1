using CleanLlm.Domain.Quotas;
using CleanLlm.Infrastructure.Persistence.Completions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanLlm.Infrastructure.Persistence.Configurations;

internal sealed class QuotaCounterConfiguration : IEntityTypeConfiguration<QuotaCounter>
{
    public void Configure(EntityTypeBuilder<QuotaCounter> builder)
    {
        builder.ToTable("quota_counters", table =>
            table.HasCheckConstraint(CompletionSql.CounterConstraint, "used >= 0 AND reserved >= 0"));
        builder.HasKey(counter => new { counter.SubjectId, counter.Metric, counter.Window, counter.PeriodStart });
    }
}
