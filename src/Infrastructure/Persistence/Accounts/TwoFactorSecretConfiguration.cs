using CleanLlm.Domain.TwoFactor;
using CleanLlm.Domain.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanLlm.Infrastructure.Persistence.Accounts;

internal sealed class TwoFactorSecretConfiguration : IEntityTypeConfiguration<TwoFactorSecret>
{
    public void Configure(EntityTypeBuilder<TwoFactorSecret> builder)
    {
        builder.ToTable("two_factor_secrets");
        builder.HasKey(secret => secret.UserId);
        builder.Property(secret => secret.UserId).ValueGeneratedNever();
        builder.Property(secret => secret.RecoveryCodeHashes).HasJsonConversion();
        // Of two sign-ins with one code at once, the database lets the first one through.
        // And a code that was checked against one secret does not turn on another that took its place.
        builder.Property(secret => secret.WrappedSecret).IsConcurrencyToken();
        builder.Property(secret => secret.LastStep).IsConcurrencyToken();
        builder.Property(secret => secret.RecoveryCodeHashes).IsConcurrencyToken();
        builder.HasOne<User>().WithOne().HasForeignKey<TwoFactorSecret>(secret => secret.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
