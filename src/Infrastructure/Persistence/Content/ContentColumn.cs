using CleanLlm.Application.Security;

namespace CleanLlm.Infrastructure.Persistence.Content;

/// <summary>A column that holds text of users or models, which is stored encrypted.</summary>
/// <param name="Table">Its table, whose key is one id.</param>
/// <param name="Name">Its name.</param>
/// <param name="OwnerSql">How the owner of a row <c>t</c> is found in SQL.</param>
/// <param name="None">A stored value that is no content; null where each is.</param>
/// <param name="IsSearched">Whether a search finds its words: their tokens are in the column <see cref="Words"/> beside it.</param>
internal sealed record ContentColumn(string Table, string Name, string OwnerSql, string? None = null, bool IsSearched = false)
{
    /// <summary>The column, and the shadow property, of the tokens that a search looks for.</summary>
    public const string Words = "words";

    /// <summary>Whose content a row without an owner is; null where such a row is being deleted.</summary>
    public ContentOwner? Otherwise { get; init; }

    /// <summary>What it is called in messages, and in the table of encrypted columns.</summary>
    public string FullName { get; } = $"{Table}.{Name}";

    /// <summary>What a value is encrypted for: it opens nowhere else.</summary>
    /// <param name="row">The id of its row.</param>
    /// <param name="owner">The owner of the data key.</param>
    public string PurposeOf(Guid row, Guid owner) => $"{Table}|{row:N}|{owner:N}|{Name}";
}
