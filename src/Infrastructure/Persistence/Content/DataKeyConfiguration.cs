using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanLlm.Infrastructure.Persistence.Content;

internal sealed class DataKeyConfiguration : IEntityTypeConfiguration<DataKey>
{
    public void Configure(EntityTypeBuilder<DataKey> builder)
    {
        builder.ToTable("data_keys");
        // Two instances that make the key of an owner at once make the same row: one of them stores it, the other reads it.
        builder.HasKey(key => key.OwnerId);
        builder.Property(key => key.OwnerId).ValueGeneratedNever();
        builder.Property(key => key.KekId).HasMaxLength(Security.KeyEncryptionKeys.IdMaxLength);
        // Rotation looks for what other keys have wrapped.
        builder.HasIndex(key => new { key.KekId, key.OwnerId });
    }
}
