using CleanLlm.Domain.Quotas;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanLlm.Infrastructure.Persistence.Quotas;

internal sealed class QuotaCounterConfiguration : IEntityTypeConfiguration<QuotaCounter>
{
    public void Configure(EntityTypeBuilder<QuotaCounter> builder)
    {
        // Guards against a settlement that gives back more than was held.
        builder.ToTable("quota_counters", table =>
            table.HasCheckConstraint("ck_quota_counters_not_negative", "used >= 0 AND reserved >= 0"));
        builder.HasKey(counter => new { counter.SubjectId, counter.Metric, counter.Window, counter.PeriodStart });
    }
}
