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
        Column.Of("id", Uuid, (Completion c) => c.Id.Value),
        Column.Of("user_id", Uuid, (Completion c) => c.UserId.Value),
        Column.Of("api_key_id", Uuid, (Completion c) => c.ApiKeyId?.Value),
        Column.Of("chat_id", Uuid, (Completion c) => c.Turn?.ChatId.Value),
        Column.Of("parent_id", Uuid, (Completion c) => c.Turn?.ParentId?.Value),
        Column.Of("question_id", Uuid, (Completion c) => c.Turn?.QuestionId.Value),
        Column.Of("answer_id", Uuid, (Completion c) => c.Turn?.AnswerId.Value),
        Column.Of("question_stored", NpgsqlDbType.Boolean, (Completion c) => c.Turn?.QuestionStored),
        Column.Of("branch_point", Uuid, (Completion c) => c.Turn?.BranchPoint),
        Column.Of("model", Text, (Completion c) => c.Model),
        Column.Of("provider", Text, (Completion c) => c.Provider),
        Column.Of("price", Text, (Completion c) => JsonColumn.Write(c.Price)),
        Column.Of("store", NpgsqlDbType.Boolean, (Completion c) => c.Store),
        Column.Of("status", Integer, (Completion c) => (int)c.Status),
        Column.Of("prompt", Text, (Completion c) => c.Prompt),
        Column.Of("prompt_tokens", Integer, (Completion c) => c.PromptTokens),
        Column.Of("completion_tokens", Integer, (Completion c) => c.CompletionTokens),
        Column.Of("cost_nanos", Bigint, (Completion c) => c.CostNanos),
        Column.Of("findings", Text, (Completion c) => JsonColumn.Write(c.Findings)),
        Column.Of("reservation", Text, (Completion c) => JsonColumn.Write(c.Reservation)),
        Column.Of("created_at", TimestampTz, (Completion c) => c.CreatedAt.UtcDateTime));

    /// <summary>What names it.</summary>
    public static readonly RowSet<Completion> Identified = new(
        Column.Of("user_id", Uuid, (Completion c) => c.UserId.Value),
        Column.Of("id", Uuid, (Completion c) => c.Id.Value));

    /// <summary>What decides whether it has a place among those that run.</summary>
    public static readonly RowSet<Completion> Placed = new(
        Column.Of("user_id", Uuid, (Completion c) => c.UserId.Value),
        Column.Of("id", Uuid, (Completion c) => c.Id.Value),
        Column.Of("chat_id", Uuid, (Completion c) => c.Turn?.ChatId.Value),
        Column.Of("branch_point", Uuid, (Completion c) => c.Turn?.BranchPoint),
        Column.Of("parent_id", Uuid, (Completion c) => c.Turn?.ParentId?.Value),
        Column.Of("follows_leaf", NpgsqlDbType.Boolean, (Completion c) => c.Turn is { FollowsLeaf: true }),
        Column.Of("key_hash", Bytea, (Completion c) => c.IdempotencyKey?.KeyHash));

    /// <summary>What the growth of a hold changes of it, if it holds what was thought.</summary>
    public static readonly RowSet<GrowthWrite> Grown = new(
        Column.Of("id", Uuid, (GrowthWrite g) => g.Completion.Id.Value),
        Column.Of("reservation", Text, (GrowthWrite g) => JsonColumn.Write(g.Completion.Reservation)),
        Column.Of("larger", Text, (GrowthWrite g) => JsonColumn.Write(g.Larger)));

    /// <summary>What its end changes of it, found by the first of them.</summary>
    public static readonly RowSet<Completion> Closed = new(
        Column.Of("id", Uuid, (Completion c) => c.Id.Value),
        Column.Of("model", Text, (Completion c) => c.Model),
        Column.Of("provider", Text, (Completion c) => c.Provider),
        Column.Of("price", Text, (Completion c) => JsonColumn.Write(c.Price)),
        Column.Of("status", Integer, (Completion c) => (int)c.Status),
        Column.Of("prompt", Text, (Completion c) => c.Prompt),
        Column.Of("answer", Text, (Completion c) => c.Answer),
        Column.Of("reasoning", Text, (Completion c) => c.Reasoning),
        Column.Of("tool_calls", Text, (Completion c) => JsonColumn.Write(c.ToolCalls)),
        Column.Of("cached", NpgsqlDbType.Boolean, (Completion c) => c.Cached),
        Column.Of("prompt_tokens", Integer, (Completion c) => c.PromptTokens),
        Column.Of("cached_prompt_tokens", Integer, (Completion c) => c.CachedPromptTokens),
        Column.Of("completion_tokens", Integer, (Completion c) => c.CompletionTokens),
        Column.Of("reasoning_tokens", Integer, (Completion c) => c.ReasoningTokens),
        Column.Of("cost_nanos", Bigint, (Completion c) => c.CostNanos),
        Column.Of("finish_reason", Integer, (Completion c) => (int?)c.FinishReason),
        Column.Of("error_code", Text, (Completion c) => c.ErrorCode),
        Column.Of("findings", Text, (Completion c) => JsonColumn.Write(c.Findings)),
        Column.Of("finished_at", TimestampTz, (Completion c) => c.FinishedAt?.UtcDateTime));

    /// <summary>What a checkpoint changes of it, found by the first of them.</summary>
    public static readonly RowSet<CompletionCheckpoint> Checkpointed = new(
        Column.Of("id", Uuid, (CompletionCheckpoint c) => c.Id.Value),
        Column.Of("answer", Text, (CompletionCheckpoint c) => c.Answer),
        Column.Of("completion_tokens", Integer, (CompletionCheckpoint c) => c.CompletionTokens),
        Column.Of("reasoning_tokens", Integer, (CompletionCheckpoint c) => c.ReasoningTokens),
        Column.Of("model", Text, (CompletionCheckpoint c) => c.Model),
        Column.Of("provider", Text, (CompletionCheckpoint c) => c.Provider),
        Column.Of("price", Text, (CompletionCheckpoint c) => JsonColumn.Write(c.Price)),
        Column.Of("findings", Text, (CompletionCheckpoint c) => JsonColumn.Write(c.Findings)));

    /// <summary>A line of the ledger.</summary>
    public static readonly RowSet<UsageEntry> Charged = new(
        Column.Of("id", Uuid, (UsageEntry e) => e.Id.Value),
        Column.Of("user_id", Uuid, (UsageEntry e) => e.UserId.Value),
        Column.Of("api_key_id", Uuid, (UsageEntry e) => e.ApiKeyId?.Value),
        Column.Of("model", Text, (UsageEntry e) => e.Model),
        Column.Of("provider", Text, (UsageEntry e) => e.Provider),
        Column.Of("prompt_tokens", Integer, (UsageEntry e) => e.PromptTokens),
        Column.Of("cached_prompt_tokens", Integer, (UsageEntry e) => e.CachedPromptTokens),
        Column.Of("cache_write_tokens", Integer, (UsageEntry e) => e.CacheWriteTokens),
        Column.Of("completion_tokens", Integer, (UsageEntry e) => e.CompletionTokens),
        Column.Of("reasoning_tokens", Integer, (UsageEntry e) => e.ReasoningTokens),
        Column.Of("cost_nanos", Bigint, (UsageEntry e) => e.CostNanos),
        Column.Of("price_version", Text, (UsageEntry e) => e.PriceVersion),
        Column.Of("basis", Integer, (UsageEntry e) => (int)e.Basis),
        Column.Of("admitted_at", TimestampTz, (UsageEntry e) => e.AdmittedAt.UtcDateTime));

    /// <summary>A message of a chat, not rated yet.</summary>
    public static readonly RowSet<Message> Said = new(
        Column.Of("id", Uuid, (Message m) => m.Id.Value),
        Column.Of("chat_id", Uuid, (Message m) => m.ChatId.Value),
        Column.Of("parent_id", Uuid, (Message m) => m.ParentId?.Value),
        Column.Of("role", Integer, (Message m) => (int)m.Role),
        Column.Of("content", Text, (Message m) => m.Content),
        Column.Of("reasoning", Text, (Message m) => m.Reasoning),
        Column.Of("model", Text, (Message m) => m.Model),
        Column.Of("prompt_tokens", Integer, (Message m) => m.PromptTokens),
        Column.Of("counted_prompt_tokens", Integer, (Message m) => m.CountedPromptTokens),
        Column.Of("completion_tokens", Integer, (Message m) => m.CompletionTokens),
        Column.Of("created_at", TimestampTz, (Message m) => m.CreatedAt.UtcDateTime));

    /// <summary>What makes a request repeatable.</summary>
    public static readonly RowSet<IdempotencyKey> Remembered = new(
        Column.Of("user_id", Uuid, (IdempotencyKey k) => k.UserId.Value),
        Column.Of("key_hash", Bytea, (IdempotencyKey k) => k.KeyHash),
        Column.Of("request_hash", Bytea, (IdempotencyKey k) => k.RequestHash),
        Column.Of("completion_id", Uuid, (IdempotencyKey k) => k.CompletionId.Value),
        Column.Of("created_at", TimestampTz, (IdempotencyKey k) => k.CreatedAt.UtcDateTime));
}
