using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanLlm.Infrastructure.Persistence.Completions;

internal sealed class RunningCompletionConfiguration : IEntityTypeConfiguration<RunningCompletion>
{
    /// <summary>Holds one running completion for each place of a chat.</summary>
    public const string BranchIndex = "ix_running_completions_branch";

    public void Configure(EntityTypeBuilder<RunningCompletion> builder)
    {
        builder.ToTable("running_completions");
        // By user first: what a crashed instance left of one user is looked for at each refusal.
        builder.HasKey(running => new { running.UserId, running.Id });
        // No foreign keys: the row is written and removed in the same transactions as its completion's state.
        builder.HasIndex(running => new { running.ChatId, running.BranchPoint })
            .IsUnique()
            .HasFilter("chat_id IS NOT NULL")
            .HasDatabaseName(BranchIndex);
    }
}
