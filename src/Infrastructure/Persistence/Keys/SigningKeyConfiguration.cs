using CleanLlm.Infrastructure.Security.Signing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanLlm.Infrastructure.Persistence.Keys;

internal sealed class SigningKeyConfiguration : IEntityTypeConfiguration<SigningKey>
{
    public void Configure(EntityTypeBuilder<SigningKey> builder)
    {
        builder.ToTable("signing_keys");
        // Two instances that make a key at once make the same generation: one of them stores it, the other reads it.
        builder.HasKey(key => key.Generation);
        builder.Property(key => key.Generation).ValueGeneratedNever();
        builder.Property(key => key.Kid).HasMaxLength(SigningKey.KidMaxLength);
        builder.Property(key => key.Algorithm).HasMaxLength(SigningKey.AlgorithmMaxLength);
        builder.HasIndex(key => key.Kid).IsUnique();
    }
}
