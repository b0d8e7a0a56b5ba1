using CleanLlm.Domain.Users;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanLlm.Infrastructure.Persistence.Accounts;

internal sealed class UserCredentialConfiguration
    : IEntityTypeConfiguration<UserCredential>,
        IEntityTypeConfiguration<IdentityUserClaim<Guid>>,
        IEntityTypeConfiguration<IdentityUserLogin<Guid>>,
        IEntityTypeConfiguration<IdentityUserToken<Guid>>
{
    public void Configure(EntityTypeBuilder<UserCredential> builder)
    {
        builder.ToTable("user_credentials");
        builder.Property(credential => credential.Id).ValueGeneratedNever();
        builder.HasOne<User>().WithOne().HasForeignKey<UserCredential>(credential => credential.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(credential => credential.NormalizedEmail).HasDatabaseName("ix_user_credentials_normalized_email").IsUnique();
        builder.HasIndex(credential => credential.NormalizedUserName).HasDatabaseName("ix_user_credentials_normalized_user_name").IsUnique();
    }

    public void Configure(EntityTypeBuilder<IdentityUserClaim<Guid>> builder) => builder.ToTable("user_claims");

    public void Configure(EntityTypeBuilder<IdentityUserLogin<Guid>> builder) => builder.ToTable("user_logins");

    public void Configure(EntityTypeBuilder<IdentityUserToken<Guid>> builder) => builder.ToTable("user_tokens");
}
