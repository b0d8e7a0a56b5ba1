using CleanLlm.Domain.Chats;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanLlm.Infrastructure.Persistence.Configurations;

internal sealed class MessageConfiguration : IEntityTypeConfiguration<Message>
{
    public void Configure(EntityTypeBuilder<Message> builder)
    {
        builder.ToTable("messages");
        builder.HasKey(message => message.Id);
        builder.Property(message => message.Id).ValueGeneratedNever();
        builder.Property(message => message.Model).HasMaxLength(Chat.ModelMaxLength);
        builder.Property(message => message.FeedbackComment).HasMaxLength(Message.FeedbackCommentMaxLength);
        builder.HasOne<Chat>().WithMany().HasForeignKey(message => message.ChatId).OnDelete(DeleteBehavior.Cascade);
        // Messages are found by walking up from a leaf, so the parent needs no index and, being written with its child, no check.
        builder.HasIndex(message => message.ChatId);
    }
}
