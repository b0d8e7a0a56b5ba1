using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanLlm.Infrastructure.Persistence.ApiKeys;

internal sealed class ApiKeyConfiguration : IEntityTypeConfiguration<ApiKey>
{
    public void Configure(EntityTypeBuilder<ApiKey> builder)
    {
        builder.ToTable("api_keys");
        builder.HasKey(key => key.Id);
        builder.Property(key => key.Id).ValueGeneratedNever();
        builder.Property(key => key.Name).HasMaxLength(ApiKey.NameMaxLength);
        // Of two rotations at once, one shows a secret that works, and the other none.
        builder.Property(key => key.SecretHash).IsConcurrencyToken();
        builder.Ignore(key => key.Limit);
        builder.HasOne<User>().WithMany().HasForeignKey(key => key.UserId).OnDelete(DeleteBehavior.Cascade)
            .HasConstraintName("fk_api_keys_profiles_user_id");
        builder.HasIndex(key => key.UserId);
    }
}
