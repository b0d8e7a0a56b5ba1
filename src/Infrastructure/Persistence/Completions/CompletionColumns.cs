using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Usage;
using CleanLlm.Infrastructure.Persistence.Content;
using NpgsqlTypes;
using static NpgsqlTypes.NpgsqlDbType;

namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>
/// What the hot path writes, column by column: the one description that the statements of <see cref="CompletionStatements"/> are made from.
/// </summary>
internal static class CompletionColumns
{
    /// <summary>A completion as it is admitted. The rest has its default, or is written by the statement itself.</summary>
    public static readonly RowSet<Sealed<Completion>> Admitted = new(
        Column.Of("id", Uuid, (Sealed<Completion> c) => c.Value.Id.Value),
        Column.Of("user_id", Uuid, (Sealed<Completion> c) => c.Value.UserId.Value),
        Column.Of("api_key_id", Uuid, (Sealed<Completion> c) => c.Value.ApiKeyId?.Value),
        Column.Of("chat_id", Uuid, (Sealed<Completion> c) => c.Value.Turn?.ChatId.Value),
        Column.Of("parent_id", Uuid, (Sealed<Completion> c) => c.Value.Turn?.ParentId?.Value),
        Column.Of("question_id", Uuid, (Sealed<Completion> c) => c.Value.Turn?.QuestionId.Value),
        Column.Of("answer_id", Uuid, (Sealed<Completion> c) => c.Value.Turn?.AnswerId.Value),
        Column.Of("question_stored", NpgsqlDbType.Boolean, (Sealed<Completion> c) => c.Value.Turn?.QuestionStored),
        Column.Of("branch_point", Uuid, (Sealed<Completion> c) => c.Value.Turn?.BranchPoint),
        Column.Of("model", Text, (Sealed<Completion> c) => c.Value.Model),
        Column.Of("provider", Text, (Sealed<Completion> c) => c.Value.Provider),
        Column.Of("price", Text, (Sealed<Completion> c) => JsonColumn.Write(c.Value.Price)),
        Column.Of("store", NpgsqlDbType.Boolean, (Sealed<Completion> c) => c.Value.Store),
        Column.Of("status", Integer, (Sealed<Completion> c) => (int)c.Value.Status),
        Column.Of("prompt", Text, (Sealed<Completion> c) => c.Cipher.Seal(ContentColumns.CompletionPrompt, c.Value.Id.Value, c.Value.Prompt)),
        Column.Of("template", Text, (Sealed<Completion> c) => c.Cipher.Seal(ContentColumns.CompletionTemplate, c.Value.Id.Value, c.Value.Template)),
        Column.Of("prompt_tokens", Integer, (Sealed<Completion> c) => c.Value.PromptTokens),
        Column.Of("completion_tokens", Integer, (Sealed<Completion> c) => c.Value.CompletionTokens),
        Column.Of("cost_nanos", Bigint, (Sealed<Completion> c) => c.Value.CostNanos),
        Column.Of("findings", Text, (Sealed<Completion> c) => JsonColumn.Write(c.Value.Findings)),
        Column.Of("reservation", Text, (Sealed<Completion> c) => JsonColumn.Write(c.Value.Reservation)),
        Column.Of("created_at", TimestampTz, (Sealed<Completion> c) => c.Value.CreatedAt.UtcDateTime));

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
    public static readonly RowSet<Sealed<Completion>> Closed = new(
        Column.Of("id", Uuid, (Sealed<Completion> c) => c.Value.Id.Value),
        Column.Of("model", Text, (Sealed<Completion> c) => c.Value.Model),
        Column.Of("provider", Text, (Sealed<Completion> c) => c.Value.Provider),
        Column.Of("price", Text, (Sealed<Completion> c) => JsonColumn.Write(c.Value.Price)),
        Column.Of("status", Integer, (Sealed<Completion> c) => (int)c.Value.Status),
        Column.Of("prompt", Text, (Sealed<Completion> c) => c.Cipher.Seal(ContentColumns.CompletionPrompt, c.Value.Id.Value, c.Value.Prompt)),
        Column.Of("template", Text, (Sealed<Completion> c) => c.Cipher.Seal(ContentColumns.CompletionTemplate, c.Value.Id.Value, c.Value.Template)),
        Column.Of("answer", Text, (Sealed<Completion> c) => c.Cipher.Seal(ContentColumns.CompletionAnswer, c.Value.Id.Value, c.Value.Answer)),
        Column.Of("reasoning", Text, (Sealed<Completion> c) => c.Cipher.Seal(ContentColumns.CompletionReasoning, c.Value.Id.Value, c.Value.Reasoning)),
        Column.Of("tool_calls", Text, (Sealed<Completion> c) => c.Cipher.Seal(c.Value.Id.Value, c.Value.ToolCalls)),
        Column.Of("cached", NpgsqlDbType.Boolean, (Sealed<Completion> c) => c.Value.Cached),
        Column.Of("prompt_tokens", Integer, (Sealed<Completion> c) => c.Value.PromptTokens),
        Column.Of("cached_prompt_tokens", Integer, (Sealed<Completion> c) => c.Value.CachedPromptTokens),
        Column.Of("completion_tokens", Integer, (Sealed<Completion> c) => c.Value.CompletionTokens),
        Column.Of("reasoning_tokens", Integer, (Sealed<Completion> c) => c.Value.ReasoningTokens),
        Column.Of("cost_nanos", Bigint, (Sealed<Completion> c) => c.Value.CostNanos),
        Column.Of("finish_reason", Integer, (Sealed<Completion> c) => (int?)c.Value.FinishReason),
        Column.Of("error_code", Text, (Sealed<Completion> c) => c.Value.ErrorCode),
        Column.Of("findings", Text, (Sealed<Completion> c) => JsonColumn.Write(c.Value.Findings)),
        Column.Of("finished_at", TimestampTz, (Sealed<Completion> c) => c.Value.FinishedAt?.UtcDateTime));

    /// <summary>What a checkpoint changes of it, found by the first of them.</summary>
    public static readonly RowSet<Sealed<CompletionCheckpoint>> Checkpointed = new(
        Column.Of("id", Uuid, (Sealed<CompletionCheckpoint> c) => c.Value.Id.Value),
        Column.Of("answer", Text, (Sealed<CompletionCheckpoint> c) => c.Cipher.Seal(ContentColumns.CompletionAnswer, c.Value.Id.Value, c.Value.Answer)),
        Column.Of("completion_tokens", Integer, (Sealed<CompletionCheckpoint> c) => c.Value.CompletionTokens),
        Column.Of("reasoning_tokens", Integer, (Sealed<CompletionCheckpoint> c) => c.Value.ReasoningTokens),
        Column.Of("model", Text, (Sealed<CompletionCheckpoint> c) => c.Value.Model),
        Column.Of("provider", Text, (Sealed<CompletionCheckpoint> c) => c.Value.Provider),
        Column.Of("price", Text, (Sealed<CompletionCheckpoint> c) => JsonColumn.Write(c.Value.Price)),
        Column.Of("findings", Text, (Sealed<CompletionCheckpoint> c) => JsonColumn.Write(c.Value.Findings)));

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
    public static readonly RowSet<Sealed<Message>> Said = new(
        Column.Of("id", Uuid, (Sealed<Message> m) => m.Value.Id.Value),
        Column.Of("chat_id", Uuid, (Sealed<Message> m) => m.Value.ChatId.Value),
        Column.Of("parent_id", Uuid, (Sealed<Message> m) => m.Value.ParentId?.Value),
        Column.Of("role", Integer, (Sealed<Message> m) => (int)m.Value.Role),
        Column.Of("content", Text, (Sealed<Message> m) => m.Cipher.Seal(ContentColumns.MessageContent, m.Value.Id.Value, m.Value.Content)),
        Column.Of("template", Text, (Sealed<Message> m) => m.Cipher.Seal(ContentColumns.MessageTemplate, m.Value.Id.Value, m.Value.Template)),
        Column.Of(ContentColumn.Words, Text, (Sealed<Message> m) => m.Cipher.Index.Of(m.Value.Content)),
        Column.Of("reasoning", Text, (Sealed<Message> m) => m.Cipher.Seal(ContentColumns.MessageReasoning, m.Value.Id.Value, m.Value.Reasoning)),
        Column.Of("model", Text, (Sealed<Message> m) => m.Value.Model),
        Column.Of("prompt_tokens", Integer, (Sealed<Message> m) => m.Value.PromptTokens),
        Column.Of("counted_prompt_tokens", Integer, (Sealed<Message> m) => m.Value.CountedPromptTokens),
        Column.Of("completion_tokens", Integer, (Sealed<Message> m) => m.Value.CompletionTokens),
        Column.Of("created_at", TimestampTz, (Sealed<Message> m) => m.Value.CreatedAt.UtcDateTime));

    /// <summary>What makes a request repeatable.</summary>
    public static readonly RowSet<IdempotencyKey> Remembered = new(
        Column.Of("user_id", Uuid, (IdempotencyKey k) => k.UserId.Value),
        Column.Of("key_hash", Bytea, (IdempotencyKey k) => k.KeyHash),
        Column.Of("request_hash", Bytea, (IdempotencyKey k) => k.RequestHash),
        Column.Of("completion_id", Uuid, (IdempotencyKey k) => k.CompletionId.Value),
        Column.Of("created_at", TimestampTz, (IdempotencyKey k) => k.CreatedAt.UtcDateTime));
}
