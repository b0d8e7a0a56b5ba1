namespace CleanLlm.Domain.Ids;

/// <summary>Identifies a template (UUID v7, sorts by time).</summary>
public readonly record struct TemplateId(Guid Value) : IComparable<TemplateId>
{
    /// <summary>A new id for the given moment.</summary>
    public static TemplateId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));

    /// <inheritdoc />
    public override string ToString() => Value.ToString();

    /// <summary>Byte order, which for UUID v7 is the order of making.</summary>
    public int CompareTo(TemplateId other) => Value.CompareTo(other.Value);

    public static bool operator <(TemplateId left, TemplateId right) => left.CompareTo(right) < 0;

    public static bool operator >(TemplateId left, TemplateId right) => left.CompareTo(right) > 0;

    public static bool operator <=(TemplateId left, TemplateId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(TemplateId left, TemplateId right) => left.CompareTo(right) >= 0;
}
