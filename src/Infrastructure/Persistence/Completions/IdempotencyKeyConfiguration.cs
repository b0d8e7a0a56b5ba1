using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanLlm.Infrastructure.Persistence.Completions;

internal sealed class IdempotencyKeyConfiguration : IEntityTypeConfiguration<IdempotencyKey>
{
    private const int HashLength = 32;

    public void Configure(EntityTypeBuilder<IdempotencyKey> builder)
    {
        builder.ToTable("idempotency_keys");
        builder.HasKey(key => new { key.UserId, key.KeyHash });
        builder.Property(key => key.KeyHash).HasMaxLength(HashLength);
        builder.Property(key => key.RequestHash).HasMaxLength(HashLength);
        builder.HasOne<User>().WithMany().HasForeignKey(key => key.UserId).OnDelete(DeleteBehavior.Cascade)
            .HasConstraintName("fk_idempotency_keys_profiles_user_id");
        builder.HasIndex(key => key.CreatedAt);
    }
}
