using CleanLlm.Domain.Prompting;
using CleanLlm.Domain.Quotas;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanLlm.Infrastructure.Persistence.Quotas;

internal sealed class PlanConfiguration : IEntityTypeConfiguration<Plan>
{
    public void Configure(EntityTypeBuilder<Plan> builder)
    {
        builder.ToTable("plans");
        builder.HasKey(plan => plan.Id);
        builder.Property(plan => plan.Id).ValueGeneratedNever();
        builder.Property(plan => plan.Name).HasMaxLength(Plan.NameMaxLength);
        builder.Property(plan => plan.AllowedModels).HasJsonConversion();
        builder.Property(plan => plan.Limits).HasJsonConversion();
        builder.Property(plan => plan.RequestRates).HasJsonConversion().HasDefaultValueSql("'[]'");
        builder.Property(plan => plan.Steps).HasJsonConversion().HasDefaultValueSql("'[]'");
        builder.Property(plan => plan.StoreReasoning).HasDefaultValue(false);
        builder.Property(plan => plan.History).HasDefaultValue(HistoryMode.Drop);
        builder.Ignore(plan => plan.Terms);
        builder.HasIndex(plan => plan.Name).IsUnique();
    }
}
