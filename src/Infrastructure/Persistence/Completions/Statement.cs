using Npgsql;

namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>A statement over some rows, in its form for one and in its form for many.</summary>
/// <typeparam name="TRow">What a row is made of.</typeparam>
internal sealed class Statement<TRow>
{
    private readonly RowSet<TRow> rows;
    private readonly string forOne;
    private readonly string forMany;

    /// <param name="rows">The rows.</param>
    /// <param name="text">Writes the statement around the source of its rows, which are named <c>n</c>.</param>
    public Statement(RowSet<TRow> rows, Func<string, string> text)
    {
        this.rows = rows;
        forOne = text(rows.From("n", isOne: true));
        forMany = text(rows.From("n", isOne: false));
    }

    /// <summary>Adds it to a batch; nothing when there are no rows.</summary>
    /// <returns>The added statement, for further parameters; null when there are no rows.</returns>
    public NpgsqlBatchCommand? AddTo(NpgsqlBatch batch, IReadOnlyList<TRow> given)
    {
        if (given.Count == 0)
            return null;
        var isOne = given.Count == 1;
        var command = new NpgsqlBatchCommand(isOne ? forOne : forMany);
        if (isOne)
            rows.AddOne(command, given[0]);
        else
            rows.AddMany(command, given);
        batch.BatchCommands.Add(command);
        return command;
    }
}
