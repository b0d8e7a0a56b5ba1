using CleanLlm.Domain.Sessions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanLlm.Infrastructure.Persistence.Accounts;

internal sealed class RefreshTokenConfiguration : IEntityTypeConfiguration<RefreshToken>
{
    public void Configure(EntityTypeBuilder<RefreshToken> builder)
    {
        builder.ToTable("refresh_tokens");
        builder.HasKey(token => token.Hash);
        builder.Property(token => token.Hash).HasMaxLength(RefreshToken.HashLength).ValueGeneratedNever();
        builder.Property(token => token.ReplacedByHash).HasMaxLength(RefreshToken.HashLength);
        // Of many that spend one token at once, the database lets the first one through.
        builder.Property(token => token.UsedAt).IsConcurrencyToken();
        // A session has a spent token for every quarter of an hour of its life, and one that is not spent.
        builder.HasIndex(token => new { token.SessionId, token.UsedAt });
        // The upkeep looks at old tokens only.
        builder.HasIndex(token => token.ExpiresAt);
    }
}
