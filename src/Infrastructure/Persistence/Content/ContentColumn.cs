namespace CleanLlm.Infrastructure.Persistence.Content;

/// <summary>A column that holds text of users or models, which is stored encrypted.</summary>
/// <param name="Table">Its table, whose key is one id.</param>
/// <param name="Name">Its name.</param>
/// <param name="OwnerSql">How the owner of a row <c>t</c> is found in SQL.</param>
/// <param name="None">A stored value that is no content; null where each is.</param>
internal sealed record ContentColumn(string Table, string Name, string OwnerSql, string? None = null)
{
    /// <summary>What it is called in messages, and in the table of encrypted columns.</summary>
    public string FullName { get; } = $"{Table}.{Name}";

    /// <summary>What a value is encrypted for: it opens nowhere else.</summary>
    /// <param name="row">The id of its row.</param>
    /// <param name="owner">The owner of the data key.</param>
    public string PurposeOf(Guid row, Guid owner) => $"{Table}|{row:N}|{owner:N}|{Name}";
}
