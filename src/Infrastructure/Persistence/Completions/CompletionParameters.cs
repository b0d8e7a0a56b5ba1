using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Quotas;
using Npgsql;
using NpgsqlTypes;

namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>Fills the positional parameters of <see cref="CompletionSql"/>; the order here is the numbering there.</summary>
internal static class CompletionParameters
{
    public static void AddAdmission(this NpgsqlCommand command, Completion completion, IReadOnlyList<PlanLimit> limits)
    {
        var (turn, reservation) = (completion.Turn, completion.Reservation!);
        command.Add(completion.Id.Value);
        command.Add(completion.UserId.Value);
        command.Add(turn?.ChatId.Value, NpgsqlDbType.Uuid);
        command.Add(turn?.ParentId?.Value, NpgsqlDbType.Uuid);
        command.Add(turn?.QuestionId.Value, NpgsqlDbType.Uuid);
        command.Add(turn?.AnswerId.Value, NpgsqlDbType.Uuid);
        command.Add(completion.Model);
        command.Add(completion.Provider);
        command.Add(completion.Price.PromptMicros);
        command.Add(completion.Price.CompletionMicros);
        command.Add(completion.Price.Version);
        command.Add(completion.Store);
        command.Add(completion.Prompt, NpgsqlDbType.Text);
        command.Add(completion.PromptTokens);
        command.Add(JsonColumn.Write(completion.Findings));
        command.Add(JsonColumn.Write(reservation));
        command.Add(completion.LeaseExpiresAt!.Value.UtcDateTime);
        command.Add(completion.CreatedAt.UtcDateTime);
        command.AddHolds(reservation.Holds);
        command.Add(Column(limits, limit => limit.Amount));
    }

    public static void AddClosing(this NpgsqlCommand command, CompletionClosing closing)
    {
        var completion = closing.Completion;
        command.Add(completion.Id.Value);
        command.Add((int)completion.Status);
        command.Add(completion.Prompt, NpgsqlDbType.Text);
        command.Add(completion.Answer, NpgsqlDbType.Text);
        command.Add(completion.PromptTokens);
        command.Add(completion.CompletionTokens);
        command.Add(completion.CostMicros);
        command.Add((int?)completion.FinishReason, NpgsqlDbType.Integer);
        command.Add(completion.ErrorCode, NpgsqlDbType.Text);
        command.Add(completion.UserId.Value);
        command.Add(completion.FinishedAt!.Value.UtcDateTime);
        command.AddHolds(closing.Released.Holds);
        command.Add(Column(closing.Released.Holds, hold => hold.Charge(closing.Entry)));
        command.Add((int?)closing.Entry?.Basis, NpgsqlDbType.Integer);
        command.Add(completion.Model);
        command.Add(completion.Provider);
        command.Add(completion.Price.Version);
        command.Add(completion.CreatedAt.UtcDateTime);
        if (closing.Exchange is not var (question, answer))
            return;

        command.Add(answer.ChatId.Value);
        command.Add(question.Id.Value);
        command.Add(answer.Id.Value);
        command.Add(question.ParentId?.Value, NpgsqlDbType.Uuid);
        command.Add(question.Content);
        command.Add(answer.Content);
    }

    private static void AddHolds(this NpgsqlCommand command, IReadOnlyList<QuotaHold> holds)
    {
        command.Add(Column(holds, hold => (int)hold.Metric));
        command.Add(Column(holds, hold => (int)hold.Window));
        command.Add(Column(holds, hold => hold.PeriodStart.UtcDateTime));
        command.Add(Column(holds, hold => hold.Amount));
    }

    private static TValue[] Column<TRow, TValue>(IReadOnlyList<TRow> rows, Func<TRow, TValue> value)
    {
        var column = new TValue[rows.Count];
        for (var i = 0; i < column.Length; i++)
            column[i] = value(rows[i]);
        return column;
    }

    private static void Add<T>(this NpgsqlCommand command, T value) =>
        command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });

    private static void Add(this NpgsqlCommand command, object? value, NpgsqlDbType type) =>
        command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value, NpgsqlDbType = type });
}
