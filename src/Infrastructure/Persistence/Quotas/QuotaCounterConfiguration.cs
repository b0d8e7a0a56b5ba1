using CleanLlm.Domain.Quotas;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanLlm.Infrastructure.Persistence.Quotas;

internal sealed class QuotaCounterConfiguration : IEntityTypeConfiguration<QuotaCounter>
{
    /// <summary>Holds in every counter row; a reservation over the limit sets out to break it.</summary>
    public const string NotNegative = "ck_quota_counters_not_negative";

    public void Configure(EntityTypeBuilder<QuotaCounter> builder)
    {
        builder.ToTable("quota_counters", table =>
            table.HasCheckConstraint(NotNegative, "used >= 0 AND reserved >= 0"));
        builder.HasKey(counter => new { counter.SubjectId, counter.Metric, counter.Window, counter.PeriodStart });
    }
}
