namespace CleanLlm.Domain.Ids;

/// <summary>Identifies a line of the audit log (UUID v7, sorts by time).</summary>
public readonly record struct AuditEntryId(Guid Value)
{
    /// <summary>A new id for the given moment.</summary>
    public static AuditEntryId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));

    /// <inheritdoc />
    public override string ToString() => Value.ToString();
}
