namespace CleanLlm.Domain.Ids;

/// <summary>Identifies one version of a template (UUID v7, sorts by time).</summary>
public readonly record struct TemplateVersionId(Guid Value)
{
    /// <summary>A new id for the given moment.</summary>
    public static TemplateVersionId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));

    /// <inheritdoc />
    public override string ToString() => Value.ToString();
}
