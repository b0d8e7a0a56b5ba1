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
        Column("user_id", Uuid, g => g.Completion.UserId.Value),
        Column("id", Uuid, g => g.Completion.Id.Value),
        Column("chat_id", Uuid, g => g.Exchange.Leaf.ChatId.Value),
        Column("active_leaf_id", Uuid, g => g.Exchange.Leaf.Id.Value),
        Column("message_count", Integer, g => g.Exchange.MessageCount),
        Column("updated_at", TimestampTz, g => g.Exchange.Leaf.CreatedAt.UtcDateTime));

    private static Column<ChatGrowth, T> Column<T>(string name, NpgsqlTypes.NpgsqlDbType type, Func<ChatGrowth, T> value) => new(name, type, value);
}
