namespace CleanLlm.Domain.Ids;

/// <summary>Identifies one version of a template (UUID v7, sorts by time).</summary>
public readonly record struct TemplateVersionId(Guid Value) : IComparable<TemplateVersionId>
{
    /// <summary>A new id for the given moment.</summary>
    public static TemplateVersionId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));

    /// <inheritdoc />
    public override string ToString() => Value.ToString();

    /// <summary>Byte order, which for UUID v7 is the order of making.</summary>
    public int CompareTo(TemplateVersionId other) => Value.CompareTo(other.Value);

    public static bool operator <(TemplateVersionId left, TemplateVersionId right) => left.CompareTo(right) < 0;

    public static bool operator >(TemplateVersionId left, TemplateVersionId right) => left.CompareTo(right) > 0;

    public static bool operator <=(TemplateVersionId left, TemplateVersionId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(TemplateVersionId left, TemplateVersionId right) => left.CompareTo(right) >= 0;
}
