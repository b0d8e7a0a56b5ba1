using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanLlm.Infrastructure.Persistence.Accounts;

internal sealed class UserConfiguration : IEntityTypeConfiguration<User>
{
    public void Configure(EntityTypeBuilder<User> builder)
    {
        builder.ToTable("users");
        builder.HasKey(user => user.Id);
        builder.Property(user => user.Id).ValueGeneratedNever();
        builder.Ignore(user => user.Address);
        builder.Property(user => user.Email).HasMaxLength(EmailAddress.MaxLength);
        builder.Property(user => user.DisplayName).HasMaxLength(User.DisplayNameMaxLength);
        // Each change asks whether the account still exists: one that overlaps its end changes nothing, as if the row were gone.
        builder.Property(user => user.ErasedAt).IsConcurrencyToken();
        // Holds only the admins: whether one is left is asked at every change and erasure of an account.
        builder.HasIndex(user => user.Role).HasFilter($"role = {(int)UserRole.Admin}");
        // An ended account is absent for all callers; its row stays only until what belongs to it is removed.
        builder.HasQueryFilter(user => user.ErasedAt == null);
        builder.HasOne<Plan>().WithMany().HasForeignKey(user => user.PlanId).OnDelete(DeleteBehavior.Restrict);
    }
}
