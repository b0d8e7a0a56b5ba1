namespace CleanLlm.Domain.Ids;

/// <summary>Identifies a template (UUID v7, sorts by time).</summary>
public readonly record struct TemplateId(Guid Value)
{
    /// <summary>A new id for the given moment.</summary>
    public static TemplateId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));

    /// <inheritdoc />
    public override string ToString() => Value.ToString();
}
