using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Content;

/// <summary>
/// The columns that may still hold plain text, from before content was encrypted. Elsewhere plain text is refused, because only a writer without the
/// keys can have put it there.
/// </summary>
internal sealed class PlainColumns
{
    private volatile HashSet<ContentColumn> columns = [];

    /// <summary>Those columns.</summary>
    public IReadOnlyCollection<ContentColumn> All => columns;

    /// <summary>Whether a column may still hold plain text.</summary>
    public bool Contains(ContentColumn column) => columns.Contains(column);

    /// <summary>Reads which columns may.</summary>
    public async Task LoadAsync(AppDbContext database, CancellationToken ct)
    {
        var done = await database.Set<EncryptedColumn>().Select(column => column.Name).ToListAsync(ct);
        columns = [.. ContentColumns.All.Where(column => !done.Contains(column.FullName))];
    }
}
