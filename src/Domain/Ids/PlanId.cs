namespace CleanLlm.Domain.Ids;

/// <summary>Identifies a plan (UUID v7, sorts by time).</summary>
public readonly record struct PlanId(Guid Value)
{
    /// <summary>A new id for the given moment.</summary>
    public static PlanId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));

    /// <inheritdoc />
    public override string ToString() => Value.ToString();
}
