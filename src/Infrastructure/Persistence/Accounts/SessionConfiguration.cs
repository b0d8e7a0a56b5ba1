using CleanLlm.Domain.Sessions;
using CleanLlm.Domain.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanLlm.Infrastructure.Persistence.Accounts;

internal sealed class SessionConfiguration : IEntityTypeConfiguration<Session>
{
    public void Configure(EntityTypeBuilder<Session> builder)
    {
        builder.ToTable("sessions");
        builder.HasKey(session => session.Id);
        builder.Property(session => session.Id).ValueGeneratedNever();
        builder.Property(session => session.Device).HasMaxLength(Session.DeviceMaxLength);
        builder.Property(session => session.Address).HasMaxLength(Session.AddressMaxLength);
        // A refresh that read the session before it was revoked must not continue it.
        builder.Property(session => session.RevokedAt).IsConcurrencyToken();
        builder.Ignore(session => session.TokenExpiresAt);
        builder.HasOne<User>().WithMany().HasForeignKey(session => session.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasMany(session => session.Tokens).WithOne().HasForeignKey(token => token.SessionId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(session => session.UserId);
        // The upkeep looks at old sessions only.
        builder.HasIndex(session => session.CreatedAt);
    }
}
