using CleanLlm.Domain.Completions;
using static NpgsqlTypes.NpgsqlDbType;

namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>How a closing leads its chat on.</summary>
/// <param name="Completion">The completion that ends.</param>
/// <param name="Exchange">The messages that the chat gains.</param>
internal sealed record ChatGrowth(Completion Completion, Exchange Exchange)
{
    /// <summary>What <see cref="CompletionStatements.Continue"/> is given beside the messages.</summary>
    public static readonly RowSet<ChatGrowth> Columns = new(
        Column.Of("user_id", Uuid, (ChatGrowth g) => g.Completion.UserId.Value),
        Column.Of("id", Uuid, (ChatGrowth g) => g.Completion.Id.Value),
        Column.Of("chat_id", Uuid, (ChatGrowth g) => g.Exchange.Leaf.ChatId.Value),
        Column.Of("active_leaf_id", Uuid, (ChatGrowth g) => g.Exchange.Leaf.Id.Value),
        Column.Of("message_count", Integer, (ChatGrowth g) => g.Exchange.MessageCount),
        Column.Of("updated_at", TimestampTz, (ChatGrowth g) => g.Exchange.Leaf.CreatedAt.UtcDateTime));
}
