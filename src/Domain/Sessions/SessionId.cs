namespace CleanLlm.Domain.Sessions;

/// <summary>Identifies a session (UUID v7, sorts by time).</summary>
public readonly record struct SessionId(Guid Value)
{
    /// <summary>A new id for the given moment.</summary>
    public static SessionId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));

    /// <inheritdoc />
    public override string ToString() => Value.ToString();
}
