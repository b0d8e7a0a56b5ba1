using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanLlm.Infrastructure.Persistence.Keys;

internal sealed class HashKeyConfiguration : IEntityTypeConfiguration<HashKey>
{
    public void Configure(EntityTypeBuilder<HashKey> builder)
    {
        builder.ToTable("hash_keys");
        // Two instances that make the first key at once make the same id: one of them stores it, the other reads it.
        builder.HasKey(key => key.Id);
        builder.Property(key => key.Id).ValueGeneratedNever();
    }
}
