using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanLlm.Infrastructure.Persistence.Content;

/// <summary>Says that a column holds no plain text any more, so that plain text in it is refused.</summary>
internal sealed class EncryptedColumn
{
    private EncryptedColumn()
    {
    }

    /// <summary>As <see cref="ContentColumn.FullName"/>.</summary>
    public string Name { get; private set; } = "";

    public DateTimeOffset Since { get; private set; }

    public static EncryptedColumn Of(ContentColumn column, DateTimeOffset now) => new() { Name = column.FullName, Since = now };
}

internal sealed class EncryptedColumnConfiguration : IEntityTypeConfiguration<EncryptedColumn>
{
    private const int NameMaxLength = 100;

    public void Configure(EntityTypeBuilder<EncryptedColumn> builder)
    {
        builder.ToTable("encrypted_columns");
        builder.HasKey(column => column.Name);
        builder.Property(column => column.Name).HasMaxLength(NameMaxLength);
    }
}
