using CleanLlm.Domain.Chats;
using CleanLlm.Infrastructure.Persistence.Content;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanLlm.Infrastructure.Persistence.Chats;

internal sealed class MessageConfiguration : IEntityTypeConfiguration<Message>
{
    public void Configure(EntityTypeBuilder<Message> builder)
    {
        builder.ToTable("messages");
        builder.HasKey(message => message.Id);
        builder.Property(message => message.Id).ValueGeneratedNever();
        builder.Property<string?>(ContentColumn.Words);
        builder.Property(message => message.Model).HasMaxLength(Chat.ModelMaxLength);
        builder.HasOne<Chat>().WithMany().HasForeignKey(message => message.ChatId).OnDelete(DeleteBehavior.Cascade);
        // Branches are walked up by key; this finds the versions of a message and what is below one. The parent, being written with its child, needs no check.
        builder.HasIndex(message => new { message.ChatId, message.ParentId });
        // The export reads a chat in the order of its messages, some at a time.
        builder.HasIndex(message => new { message.ChatId, message.CreatedAt, message.Id });
    }
}
