using Npgsql;
using NpgsqlTypes;

namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>Makes columns.</summary>
internal static class Column
{
    /// <summary>A column whose types follow from how its value is found.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">Its type in the database.</param>
    /// <param name="value">Finds the value of a row.</param>
    public static Column<TRow> Of<TRow, TValue>(string name, NpgsqlDbType type, Func<TRow, TValue> value) => new Column<TRow, TValue>(name, type, value);
}

/// <summary>A column of the rows that a statement is given.</summary>
/// <typeparam name="TRow">What a row is made of.</typeparam>
/// <param name="name">Its name, which is also the table's where the statement writes one.</param>
internal abstract class Column<TRow>(string name)
{
    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>The name as SQL takes it: one of the counters' is a keyword.</summary>
    public string Quoted { get; } = $"\"{name}\"";

    /// <summary>The value of one row.</summary>
    public abstract NpgsqlParameter Of(TRow row);

    /// <summary>The values of many rows as one array.</summary>
    public abstract NpgsqlParameter Of(IReadOnlyList<TRow> rows);
}

/// <summary>A column of values of one type.</summary>
/// <typeparam name="TRow">What a row is made of.</typeparam>
/// <typeparam name="TValue">What the column holds.</typeparam>
/// <param name="name">Its name.</param>
/// <param name="type">Its type in the database, for values that may be null.</param>
/// <param name="value">Finds the value of a row.</param>
internal sealed class Column<TRow, TValue>(string name, NpgsqlDbType type, Func<TRow, TValue> value) : Column<TRow>(name)
{
    public override NpgsqlParameter Of(TRow row) => value(row) is { } known
        ? new NpgsqlParameter<TValue> { TypedValue = known, NpgsqlDbType = type }
        : new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = type };

    public override NpgsqlParameter Of(IReadOnlyList<TRow> rows)
    {
        var values = new TValue[rows.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = value(rows[i]);
        return new NpgsqlParameter<TValue[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type };
    }
}
