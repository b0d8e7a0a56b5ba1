using CleanLlm.Domain.Chats;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanLlm.Infrastructure.Persistence.Chats;

internal sealed class ChatSummaryConfiguration : IEntityTypeConfiguration<ChatSummary>
{
    public void Configure(EntityTypeBuilder<ChatSummary> builder)
    {
        builder.ToTable("chat_summaries");
        // A message goes only with its chat, so the chat's is the one key that has to be kept.
        builder.HasKey(summary => summary.Id);
        builder.Property(summary => summary.Id).ValueGeneratedNever();
        builder.HasOne<Chat>().WithMany().HasForeignKey(summary => summary.ChatId).OnDelete(DeleteBehavior.Cascade);
    }
}
