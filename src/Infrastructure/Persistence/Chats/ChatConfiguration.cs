using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.Persistence.Content;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanLlm.Infrastructure.Persistence.Chats;

internal sealed class ChatConfiguration : IEntityTypeConfiguration<Chat>
{
    public void Configure(EntityTypeBuilder<Chat> builder)
    {
        builder.ToTable("chats");
        builder.HasKey(chat => chat.Id);
        builder.Property(chat => chat.Id).ValueGeneratedNever();
        builder.Property<string?>(ContentColumn.Words);
        builder.Property(chat => chat.Model).HasMaxLength(Chat.ModelMaxLength);
        builder.HasOne<User>().WithMany().HasForeignKey(chat => chat.OwnerId).OnDelete(DeleteBehavior.Cascade)
            .HasConstraintName("fk_chats_profiles_owner_id");
        builder.HasIndex(chat => new { chat.OwnerId, chat.UpdatedAt, chat.Id }).IsDescending(false, true, true);
    }
}
