using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Usage;
using Npgsql;
using NpgsqlTypes;

namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>Puts together the batches of <see cref="CompletionSql"/>; the order of values here is the numbering there.</summary>
internal static class CompletionBatches
{
    public static void AddAdmission(this NpgsqlBatch batch, Completion completion, IReadOnlyList<long> most, TimeSpan lease)
    {
        var turn = completion.Turn;
        batch.Add(CompletionSql.Store)
            .With(completion.Id.Value)
            .With(completion.UserId.Value)
            .With(turn?.ChatId.Value, NpgsqlDbType.Uuid)
            .With(turn?.ParentId?.Value, NpgsqlDbType.Uuid)
            .With(turn?.QuestionId.Value, NpgsqlDbType.Uuid)
            .With(turn?.AnswerId.Value, NpgsqlDbType.Uuid)
            .With(completion.Model)
            .With(completion.Provider)
            .With(JsonColumn.Write(completion.Price))
            .With(completion.Store)
            .With(completion.Prompt, NpgsqlDbType.Text)
            .With(completion.PromptTokens)
            .With(JsonColumn.Write(completion.Findings))
            .With(JsonColumn.Write(completion.Reservation))
            .With(lease)
            .With(completion.CreatedAt.UtcDateTime)
            .With(completion.ApiKeyId?.Value, NpgsqlDbType.Uuid)
            .With(turn?.QuestionStored, NpgsqlDbType.Boolean)
            .With(turn?.BranchPoint, NpgsqlDbType.Uuid);
        var holds = completion.Reservation!.Holds;
        for (var i = 0; i < holds.Count; i++)
            batch.AddCounter(CompletionSql.Reserve, completion.UserId, holds[i]).With(holds[i].Amount).With(most[i]);
        if (completion.IdempotencyKey is { } key)
        {
            batch.Add(CompletionSql.Remember)
                .With(key.UserId.Value)
                .With(key.KeyHash)
                .With(key.RequestHash)
                .With(key.CompletionId.Value)
                .With(key.CreatedAt.UtcDateTime);
        }

        if (turn is { FollowsLeaf: true })
            batch.Add(CompletionSql.CheckLeaf).With(turn.ChatId.Value).With(turn.ParentId?.Value, NpgsqlDbType.Uuid);
    }

    public static void AddCheckpoints(this NpgsqlBatch batch, IReadOnlyList<CompletionCheckpoint> checkpoints, TimeSpan lease) =>
        batch.Add(CompletionSql.Checkpoint)
            .With(lease)
            .With(checkpoints.Select(checkpoint => checkpoint.Id.Value).ToArray())
            .With(checkpoints.Select(checkpoint => checkpoint.Answer).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text)
            .With(checkpoints.Select(checkpoint => checkpoint.CompletionTokens).ToArray())
            .With(checkpoints.Select(checkpoint => checkpoint.ReasoningTokens).ToArray())
            .With(checkpoints.Select(checkpoint => checkpoint.Model).ToArray())
            .With(checkpoints.Select(checkpoint => checkpoint.Provider).ToArray())
            .With(checkpoints.Select(checkpoint => JsonColumn.Write(checkpoint.Price)).ToArray())
            .With(checkpoints.Select(checkpoint => JsonColumn.Write(checkpoint.Findings)).ToArray());

    public static void AddClosing(this NpgsqlBatch batch, CompletionClosing closing, bool isAbandoned)
    {
        var completion = closing.Completion;
        batch.Add(isAbandoned ? CompletionSql.CloseAbandoned : CompletionSql.Close)
            .With(completion.Id.Value)
            .With((int)completion.Status)
            .With(completion.Prompt, NpgsqlDbType.Text)
            .With(completion.Answer, NpgsqlDbType.Text)
            .With(completion.PromptTokens)
            .With(completion.CompletionTokens)
            .With(completion.CostNanos)
            .With((int?)completion.FinishReason, NpgsqlDbType.Integer)
            .With(completion.ErrorCode, NpgsqlDbType.Text)
            .With(completion.FinishedAt!.Value.UtcDateTime)
            .With(completion.Model)
            .With(completion.Provider)
            .With(JsonColumn.Write(completion.Price))
            .With(JsonColumn.Write(completion.ToolCalls))
            .With(completion.Cached)
            .With(completion.CachedPromptTokens)
            .With(completion.ReasoningTokens)
            .With(completion.Reasoning, NpgsqlDbType.Text)
            .With(JsonColumn.Write(completion.Findings));
        foreach (var hold in closing.Released.Holds)
            batch.AddCounter(CompletionSql.Settle, completion.UserId, hold).With(hold.Charge(closing.Entry)).With(hold.Amount);
        if (closing.Entry is { } entry)
            batch.AddCharge(entry);
        if (closing.Exchange is { } exchange)
            batch.AddExchange(exchange);
    }

    private static NpgsqlBatchCommand AddCounter(this NpgsqlBatch batch, string sql, UserId user, QuotaHold hold) => batch.Add(sql)
        .With(QuotaSubjectId.Of(user, hold.Key).Value)
        .With((int)hold.Metric)
        .With((int)hold.Window)
        .With(hold.PeriodStart.UtcDateTime);

    private static void AddCharge(this NpgsqlBatch batch, UsageEntry entry) => batch.Add(CompletionSql.Charge)
        .With(entry.Id.Value)
        .With(entry.UserId.Value)
        .With(entry.Model)
        .With(entry.Provider)
        .With(entry.PromptTokens)
        .With(entry.CompletionTokens)
        .With(entry.CostNanos)
        .With(entry.PriceVersion)
        .With((int)entry.Basis)
        .With(entry.AdmittedAt.UtcDateTime)
        .With(entry.ApiKeyId?.Value, NpgsqlDbType.Uuid)
        .With(entry.CachedPromptTokens)
        .With(entry.CacheWriteTokens)
        .With(entry.ReasoningTokens);

    private static void AddExchange(this NpgsqlBatch batch, Exchange exchange)
    {
        var (question, answer) = exchange;
        var leaf = exchange.Leaf;
        batch.Add(CompletionSql.Continue).With(leaf.ChatId.Value).With(leaf.Id.Value).With(leaf.CreatedAt.UtcDateTime).With(exchange.MessageCount);
        if (question is null)
        {
            batch.Add(CompletionSql.AddAnswer).With(leaf.ChatId.Value).With(leaf.Id.Value).With(leaf.ParentId!.Value.Value).WithAnswer(leaf);
            return;
        }

        var asked = batch.Add(answer is null ? CompletionSql.AddQuestion : CompletionSql.AddMessages)
            .With(question.ChatId.Value)
            .With(question.Id.Value)
            .With(question.ParentId?.Value, NpgsqlDbType.Uuid)
            .With(question.Content)
            .With(question.CreatedAt.UtcDateTime);
        if (answer is not null)
            asked.With(answer.Id.Value).WithAnswer(answer);
    }

    private static void WithAnswer(this NpgsqlBatchCommand command, Message answer) => command
        .With(answer.Content)
        .With(answer.Model!)
        .With(answer.PromptTokens!.Value)
        .With(answer.CompletionTokens!.Value)
        .With(answer.CreatedAt.UtcDateTime)
        .With(answer.Reasoning, NpgsqlDbType.Text);

    private static NpgsqlBatchCommand Add(this NpgsqlBatch batch, string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        batch.BatchCommands.Add(command);
        return command;
    }

    private static NpgsqlBatchCommand With<T>(this NpgsqlBatchCommand command, T value)
    {
        command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
        return command;
    }

    private static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, object? value, NpgsqlDbType type)
    {
        command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value, NpgsqlDbType = type });
        return command;
    }
}
