using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Usage;
using NpgsqlTypes;
using static NpgsqlTypes.NpgsqlDbType;

namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>
/// What the hot path writes, column by column: the one description that the statements of <see cref="CompletionStatements"/> are made from.
/// </summary>
internal static class CompletionColumns
{
    /// <summary>A completion as it is admitted. The rest has its default, or is written by the statement itself.</summary>
    public static readonly RowSet<Completion> Admitted = new(
        Column("id", Uuid, c => c.Id.Value),
        Column("user_id", Uuid, c => c.UserId.Value),
        Column("api_key_id", Uuid, c => c.ApiKeyId?.Value),
        Column("chat_id", Uuid, c => c.Turn?.ChatId.Value),
        Column("parent_id", Uuid, c => c.Turn?.ParentId?.Value),
        Column("question_id", Uuid, c => c.Turn?.QuestionId.Value),
        Column("answer_id", Uuid, c => c.Turn?.AnswerId.Value),
        Column("question_stored", NpgsqlDbType.Boolean, c => c.Turn?.QuestionStored),
        Column("branch_point", Uuid, c => c.Turn?.BranchPoint),
        Column("model", Text, c => c.Model),
        Column("provider", Text, c => c.Provider),
        Column("price", Text, c => JsonColumn.Write(c.Price)),
        Column("store", NpgsqlDbType.Boolean, c => c.Store),
        Column("status", Integer, c => (int)c.Status),
        Column("prompt", Text, c => c.Prompt),
        Column("prompt_tokens", Integer, c => c.PromptTokens),
        Column("completion_tokens", Integer, c => c.CompletionTokens),
        Column("cost_nanos", Bigint, c => c.CostNanos),
        Column("findings", Text, c => JsonColumn.Write(c.Findings)),
        Column("reservation", Text, c => JsonColumn.Write(c.Reservation)),
        Column("created_at", TimestampTz, c => c.CreatedAt.UtcDateTime));

    /// <summary>What names it.</summary>
    public static readonly RowSet<Completion> Identified = new(
        Column("user_id", Uuid, c => c.UserId.Value),
        Column("id", Uuid, c => c.Id.Value));

    /// <summary>What decides whether it has a place among those that run.</summary>
    public static readonly RowSet<Completion> Placed = new(
        Column("user_id", Uuid, c => c.UserId.Value),
        Column("id", Uuid, c => c.Id.Value),
        Column("chat_id", Uuid, c => c.Turn?.ChatId.Value),
        Column("branch_point", Uuid, c => c.Turn?.BranchPoint),
        Column("parent_id", Uuid, c => c.Turn?.ParentId?.Value),
        Column("follows_leaf", NpgsqlDbType.Boolean, c => c.Turn is { FollowsLeaf: true }),
        Column("key_hash", Bytea, c => c.IdempotencyKey?.KeyHash));

    /// <summary>What the growth of a hold changes of it, if it holds what was thought.</summary>
    public static readonly RowSet<GrowthWrite> Grown = new(
        Of<GrowthWrite, Guid>("id", Uuid, g => g.Completion.Id.Value),
        Of<GrowthWrite, string>("reservation", Text, g => JsonColumn.Write(g.Completion.Reservation)),
        Of<GrowthWrite, string>("larger", Text, g => JsonColumn.Write(g.Larger)));

    /// <summary>What its end changes of it, found by the first of them.</summary>
    public static readonly RowSet<Completion> Closed = new(
        Column("id", Uuid, c => c.Id.Value),
        Column("model", Text, c => c.Model),
        Column("provider", Text, c => c.Provider),
        Column("price", Text, c => JsonColumn.Write(c.Price)),
        Column("status", Integer, c => (int)c.Status),
        Column("prompt", Text, c => c.Prompt),
        Column("answer", Text, c => c.Answer),
        Column("reasoning", Text, c => c.Reasoning),
        Column("tool_calls", Text, c => JsonColumn.Write(c.ToolCalls)),
        Column("cached", NpgsqlDbType.Boolean, c => c.Cached),
        Column("prompt_tokens", Integer, c => c.PromptTokens),
        Column("cached_prompt_tokens", Integer, c => c.CachedPromptTokens),
        Column("completion_tokens", Integer, c => c.CompletionTokens),
        Column("reasoning_tokens", Integer, c => c.ReasoningTokens),
        Column("cost_nanos", Bigint, c => c.CostNanos),
        Column("finish_reason", Integer, c => (int?)c.FinishReason),
        Column("error_code", Text, c => c.ErrorCode),
        Column("findings", Text, c => JsonColumn.Write(c.Findings)),
        Column("finished_at", TimestampTz, c => c.FinishedAt?.UtcDateTime));

    /// <summary>What a checkpoint changes of it, found by the first of them.</summary>
    public static readonly RowSet<CompletionCheckpoint> Checkpointed = new(
        Of<CompletionCheckpoint, Guid>("id", Uuid, c => c.Id.Value),
        Of<CompletionCheckpoint, string?>("answer", Text, c => c.Answer),
        Of<CompletionCheckpoint, int>("completion_tokens", Integer, c => c.CompletionTokens),
        Of<CompletionCheckpoint, int>("reasoning_tokens", Integer, c => c.ReasoningTokens),
        Of<CompletionCheckpoint, string>("model", Text, c => c.Model),
        Of<CompletionCheckpoint, string>("provider", Text, c => c.Provider),
        Of<CompletionCheckpoint, string>("price", Text, c => JsonColumn.Write(c.Price)),
        Of<CompletionCheckpoint, string>("findings", Text, c => JsonColumn.Write(c.Findings)));

    /// <summary>A line of the ledger.</summary>
    public static readonly RowSet<UsageEntry> Charged = new(
        Of<UsageEntry, Guid>("id", Uuid, e => e.Id.Value),
        Of<UsageEntry, Guid>("user_id", Uuid, e => e.UserId.Value),
        Of<UsageEntry, Guid?>("api_key_id", Uuid, e => e.ApiKeyId?.Value),
        Of<UsageEntry, string>("model", Text, e => e.Model),
        Of<UsageEntry, string>("provider", Text, e => e.Provider),
        Of<UsageEntry, int>("prompt_tokens", Integer, e => e.PromptTokens),
        Of<UsageEntry, int>("cached_prompt_tokens", Integer, e => e.CachedPromptTokens),
        Of<UsageEntry, int>("cache_write_tokens", Integer, e => e.CacheWriteTokens),
        Of<UsageEntry, int>("completion_tokens", Integer, e => e.CompletionTokens),
        Of<UsageEntry, int>("reasoning_tokens", Integer, e => e.ReasoningTokens),
        Of<UsageEntry, long>("cost_nanos", Bigint, e => e.CostNanos),
        Of<UsageEntry, string>("price_version", Text, e => e.PriceVersion),
        Of<UsageEntry, int>("basis", Integer, e => (int)e.Basis),
        Of<UsageEntry, DateTime>("admitted_at", TimestampTz, e => e.AdmittedAt.UtcDateTime));

    /// <summary>A message of a chat, not rated yet.</summary>
    public static readonly RowSet<Message> Said = new(
        Of<Message, Guid>("id", Uuid, m => m.Id.Value),
        Of<Message, Guid>("chat_id", Uuid, m => m.ChatId.Value),
        Of<Message, Guid?>("parent_id", Uuid, m => m.ParentId?.Value),
        Of<Message, int>("role", Integer, m => (int)m.Role),
        Of<Message, string>("content", Text, m => m.Content),
        Of<Message, string?>("reasoning", Text, m => m.Reasoning),
        Of<Message, string?>("model", Text, m => m.Model),
        Of<Message, int?>("prompt_tokens", Integer, m => m.PromptTokens),
        Of<Message, int?>("counted_prompt_tokens", Integer, m => m.CountedPromptTokens),
        Of<Message, int?>("completion_tokens", Integer, m => m.CompletionTokens),
        Of<Message, DateTime>("created_at", TimestampTz, m => m.CreatedAt.UtcDateTime));

    /// <summary>What makes a request repeatable.</summary>
    public static readonly RowSet<IdempotencyKey> Remembered = new(
        Of<IdempotencyKey, Guid>("user_id", Uuid, k => k.UserId.Value),
        Of<IdempotencyKey, byte[]>("key_hash", Bytea, k => k.KeyHash),
        Of<IdempotencyKey, byte[]>("request_hash", Bytea, k => k.RequestHash),
        Of<IdempotencyKey, Guid>("completion_id", Uuid, k => k.CompletionId.Value),
        Of<IdempotencyKey, DateTime>("created_at", TimestampTz, k => k.CreatedAt.UtcDateTime));

    private static Column<Completion, T> Column<T>(string name, NpgsqlDbType type, Func<Completion, T> value) => new(name, type, value);

    private static Column<TRow, TValue> Of<TRow, TValue>(string name, NpgsqlDbType type, Func<TRow, TValue> value) => new(name, type, value);
}
