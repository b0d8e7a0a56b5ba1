using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Usage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanLlm.Infrastructure.Persistence.Usage;

internal sealed class UsageEntryConfiguration : IEntityTypeConfiguration<UsageEntry>
{
    public void Configure(EntityTypeBuilder<UsageEntry> builder)
    {
        builder.ToTable("usage_ledger");
        builder.HasKey(entry => entry.Id);
        builder.Property(entry => entry.Id).ValueGeneratedNever();
        builder.Property(entry => entry.Model).HasMaxLength(Chat.ModelMaxLength);
        builder.Property(entry => entry.Provider).HasMaxLength(Chat.ModelMaxLength);
        builder.Property(entry => entry.PriceVersion).HasMaxLength(100);
        builder.Property(entry => entry.CachedPromptTokens).HasDefaultValue(0);
        builder.Property(entry => entry.CacheWriteTokens).HasDefaultValue(0);
        builder.Property(entry => entry.ReasoningTokens).HasDefaultValue(0);
        // No foreign key to the user: the ledger outlives the account it charged.
        builder.HasIndex(entry => new { entry.UserId, entry.AdmittedAt });
        // The export reads the lines of a user some at a time.
        builder.HasIndex(entry => new { entry.UserId, entry.Id });
    }
}
