using CleanLlm.Application.Paging;

namespace CleanLlm.Infrastructure.Persistence;

/// <summary>Cuts keyset pages out of queries that read one row more than was asked for.</summary>
internal static class Pages
{
    /// <param name="rows">Up to one more than <paramref name="limit"/>.</param>
    /// <param name="limit">How many to keep.</param>
    /// <param name="cursor">Makes the cursor from the last row kept and the first row left.</param>
    public static Page<T> Cut<T>(List<T> rows, int limit, Func<T, T, Cursor> cursor)
    {
        if (rows.Count <= limit)
            return new Page<T>(rows, NextCursor: null);

        var next = cursor(rows[limit - 1], rows[limit]).ToString();
        return new Page<T>(rows[..limit], next);
    }
}
