using CleanLlm.Domain.Chats;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanLlm.Infrastructure.Persistence.Chats;

/// <summary>A message on a branch with what its chat says; without an id, it stands for a chat that has no such message.</summary>
internal sealed class BranchRow
{
    public MessageId? Id { get; init; }

    public MessageId? ParentId { get; init; }

    public MessageRole? Role { get; init; }

    public string? Content { get; init; }

    public string? Model { get; init; }

    public int? PromptTokens { get; init; }

    public int? CompletionTokens { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public FeedbackRating? Rating { get; init; }

    public string? FeedbackComment { get; init; }

    /// <summary>How far above the leaf it stands, from 1.</summary>
    public int? Depth { get; init; }

    /// <summary>The model of the chat.</summary>
    public string? ChatModel { get; init; }

    /// <summary>The instructions of the chat.</summary>
    public string? SystemPrompt { get; init; }
}

/// <summary>Maps the rows of <see cref="BranchSql"/>; there is no such table.</summary>
internal sealed class BranchRowConfiguration : IEntityTypeConfiguration<BranchRow>
{
    public void Configure(EntityTypeBuilder<BranchRow> builder) => builder.HasNoKey().ToView("branch");
}

/// <summary>Walks up a chat's message tree in one statement, the same on both databases.</summary>
internal static class BranchSql
{
    /// <summary>
    /// The newest messages of the branch that ends at <paramref name="leaf"/>, or at the active leaf, newest first.
    /// One row without an id when the chat has no such message; none when the chat is absent or somebody else's.
    /// </summary>
    public static async Task<List<BranchRow>> ReadBranchAsync(
        this AppDbContext database, Guid chat, Guid owner, Guid? leaf, int maxMessages, CancellationToken ct)
    {
        var rows = await database.Set<BranchRow>().FromSql(
            $"""
            WITH RECURSIVE branch AS (
                SELECT m.*, 1 AS depth
                FROM chats c JOIN messages m ON m.id = COALESCE({leaf}, c.active_leaf_id) AND m.chat_id = c.id
                WHERE c.id = {chat} AND c.owner_id = {owner}
                UNION ALL
                SELECT m.*, b.depth + 1
                FROM branch b JOIN messages m ON m.id = b.parent_id
                WHERE b.depth < {maxMessages}
            )
            SELECT b.id, b.parent_id, b.role, b.content, b.model, b.prompt_tokens, b.completion_tokens, b.created_at, b.rating,
                b.feedback_comment, b.depth, c.model AS chat_model, c.system_prompt
            FROM chats c LEFT JOIN branch b ON 1 = 1
            WHERE c.id = {chat} AND c.owner_id = {owner}
            """).ToListAsync(ct);
        rows.Sort((left, right) => Nullable.Compare(left.Depth, right.Depth));
        return rows;
    }
}
