using CleanLlm.Domain.Chats;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanLlm.Infrastructure.Persistence.Usage;

internal sealed class UsageDayConfiguration : IEntityTypeConfiguration<UsageDay>
{
    public void Configure(EntityTypeBuilder<UsageDay> builder)
    {
        builder.ToTable("usage_days");
        // No foreign key to the user: what is closed after an erasure must be stored all the same, and is removed with the rest.
        builder.HasKey(day => new { day.UserId, day.Day, day.Model });
        builder.Property(day => day.Model).HasMaxLength(Chat.ModelMaxLength);
    }
}
