using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Infrastructure.Persistence.Content;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanLlm.Infrastructure.Persistence.Completions;

internal sealed class CompletionConfiguration : IEntityTypeConfiguration<Completion>
{
    public void Configure(EntityTypeBuilder<Completion> builder)
    {
        builder.ToTable("completions", table => table.HasCheckConstraint(
            "ck_completions_reservation_while_running", $"(status = {(int)CompletionStatus.Running}) = (reservation IS NOT NULL)"));
        builder.HasKey(completion => completion.Id);
        builder.Property(completion => completion.Id).ValueGeneratedNever();
        builder.Property(completion => completion.Model).HasMaxLength(Chat.ModelMaxLength);
        builder.Property(completion => completion.Provider).HasMaxLength(Chat.ModelMaxLength);
        builder.Property(completion => completion.ErrorCode).HasMaxLength(100);
        builder.Property(completion => completion.Findings).HasJsonConversion();
        builder.Property(completion => completion.ToolCalls)
            .HasConversion(
                calls => ((SealedToolCalls)calls).Text,
                stored => new SealedToolCalls(stored),
                new ValueComparer<IReadOnlyList<ToolCall>>((left, right) => ReferenceEquals(left, right), calls => calls.GetHashCode(), calls => calls))
            .HasDefaultValueSql("'[]'");
        builder.Property(completion => completion.Cached).HasDefaultValue(false);
        builder.Property(completion => completion.CancelRequested).HasDefaultValue(false);
        builder.Ignore(completion => completion.IdempotencyKey);
        builder.Ignore(completion => completion.CountedPromptTokens);
        builder.Property(completion => completion.Reservation).HasJsonConversion();
        builder.Property(completion => completion.Price).HasJsonConversion();
        builder.Property(completion => completion.CachedPromptTokens).HasDefaultValue(0);
        builder.Property(completion => completion.ReasoningTokens).HasDefaultValue(0);
        builder.Ignore(completion => completion.StoreReasoning);
        builder.OwnsOne(completion => completion.Turn, turn =>
        {
            turn.Property(t => t.ChatId).HasColumnName("chat_id");
            turn.Property(t => t.ParentId).HasColumnName("parent_id");
            turn.Property(t => t.QuestionId).HasColumnName("question_id");
            turn.Property(t => t.AnswerId).HasColumnName("answer_id");
            turn.Property(t => t.QuestionStored).HasColumnName("question_stored");
            turn.Property(t => t.BranchPoint).HasColumnName("branch_point");
            turn.Ignore(t => t.FollowsLeaf);
        });
        // Export and erasure go by user.
        builder.HasIndex(completion => new { completion.UserId, completion.Id });
        // No index covers what changes while it runs: see RunningCompletion.
    }
}
