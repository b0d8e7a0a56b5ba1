using CleanLlm.Domain.Quotas;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanLlm.Infrastructure.Persistence.Configurations;

internal sealed class QuotaCounterConfiguration : IEntityTypeConfiguration<QuotaCounter>
{
    public void Configure(EntityTypeBuilder<QuotaCounter> builder)
    {
        builder.ToTable("quota_counters");
        builder.HasKey(counter => new { counter.UserId, counter.Metric, counter.Window, counter.PeriodStart });
    }
}
