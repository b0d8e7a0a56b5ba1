using Npgsql;

namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>
/// Rows that a statement joins or stores, described once by their columns. One row is a list of values, which costs as little as a plain
/// statement; many are arrays side by side, so that the text of the statement is the same however many there are.
/// </summary>
/// <typeparam name="TRow">What a row is made of.</typeparam>
internal sealed class RowSet<TRow>(params Column<TRow>[] columns)
{
    /// <summary>The columns, in the order of their parameters.</summary>
    public IReadOnlyList<Column<TRow>> Columns { get; } = columns;

    /// <summary>What comes after <c>FROM</c>: the rows under the given name.</summary>
    /// <param name="alias">The name.</param>
    /// <param name="isOne">Whether there is one row.</param>
    /// <param name="first">The number of the first parameter.</param>
    public string From(string alias, bool isOne, int first = 1)
    {
        var values = string.Join(", ", Enumerable.Range(first, Columns.Count).Select(number => $"${number}"));
        return $"{(isOne ? $"(VALUES ({values}))" : $"unnest({values})")} AS {alias} ({List(column => column.Quoted)})";
    }

    /// <summary>A list of something for each column.</summary>
    public string List(Func<Column<TRow>, string> write) => string.Join(", ", Columns.Select(write));

    /// <summary>Gives a statement its one row.</summary>
    public void AddOne(NpgsqlBatchCommand command, TRow row)
    {
        foreach (var column in Columns)
            command.Parameters.Add(column.Of(row));
    }

    /// <summary>Gives a statement its rows, also when there are none; nothing where there is no statement.</summary>
    public void AddMany(NpgsqlBatchCommand? command, IReadOnlyList<TRow> rows)
    {
        if (command is null)
            return;
        foreach (var column in Columns)
            command.Parameters.Add(column.Of(rows));
    }
}
