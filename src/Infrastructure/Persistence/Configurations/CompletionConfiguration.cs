using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Infrastructure.Persistence.Completions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanLlm.Infrastructure.Persistence.Configurations;

internal sealed class CompletionConfiguration : IEntityTypeConfiguration<Completion>
{
    public void Configure(EntityTypeBuilder<Completion> builder)
    {
        builder.ToTable("completions", table => table.HasCheckConstraint(
            CompletionSql.ReservationConstraint, $"(status = {(int)CompletionStatus.Running}) = (reservation IS NOT NULL)"));
        builder.HasKey(completion => completion.Id);
        builder.Property(completion => completion.Id).ValueGeneratedNever();
        builder.Property(completion => completion.Model).HasMaxLength(Chat.ModelMaxLength);
        builder.Property(completion => completion.Provider).HasMaxLength(Chat.ModelMaxLength);
        builder.Property(completion => completion.ErrorCode).HasMaxLength(100);
        builder.Property(completion => completion.Findings).HasJsonConversion();
        builder.Property(completion => completion.ToolCalls).HasJsonConversion().HasDefaultValueSql("'[]'");
        builder.Property(completion => completion.Cached).HasDefaultValue(false);
        builder.Property(completion => completion.CancelRequested).HasDefaultValue(false);
        builder.Ignore(completion => completion.IdempotencyKey);
        builder.Property(completion => completion.Reservation).HasJsonConversion();
        builder.ComplexProperty(completion => completion.Price, price =>
        {
            price.Property(p => p.PromptMicros).HasColumnName("price_prompt_micros");
            price.Property(p => p.CompletionMicros).HasColumnName("price_completion_micros");
            price.Property(p => p.Version).HasColumnName("price_version").HasMaxLength(100);
        });
        builder.OwnsOne(completion => completion.Turn, turn =>
        {
            turn.Property(t => t.ChatId).HasColumnName("chat_id");
            turn.Property(t => t.ParentId).HasColumnName("parent_id");
            turn.Property(t => t.QuestionId).HasColumnName("question_id");
            turn.Property(t => t.AnswerId).HasColumnName("answer_id");
            turn.Property(t => t.QuestionStored).HasColumnName("question_stored");
        });
        // Export and erasure go by user.
        builder.HasIndex(completion => new { completion.UserId, completion.Id });
        // Only running completions have a lease, so the sweep's index holds only them.
        builder.HasIndex(completion => completion.LeaseExpiresAt).HasFilter("lease_expires_at IS NOT NULL");
        // Holds only what somebody wants ended, so that looking for it each second costs nothing.
        builder.HasIndex(completion => completion.CancelRequested).HasFilter("cancel_requested");
    }
}
