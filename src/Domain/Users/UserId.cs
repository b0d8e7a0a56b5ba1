namespace CleanLlm.Domain.Users;

/// <summary>Identifies a user (UUID v7, sorts by time).</summary>
public readonly record struct UserId(Guid Value)
{
    /// <summary>A new id for the given moment.</summary>
    public static UserId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));

    /// <inheritdoc />
    public override string ToString() => Value.ToString();
}
