namespace CleanLlm.Domain.Ids;

/// <summary>Identifies a session (UUID v7, sorts by time).</summary>
public readonly record struct SessionId(Guid Value) : IComparable<SessionId>
{
    /// <summary>A new id for the given moment.</summary>
    public static SessionId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));

    /// <inheritdoc />
    public override string ToString() => Value.ToString();

    /// <summary>Byte order, which for UUID v7 is the order of making.</summary>
    public int CompareTo(SessionId other) => Value.CompareTo(other.Value);

    public static bool operator <(SessionId left, SessionId right) => left.CompareTo(right) < 0;

    public static bool operator >(SessionId left, SessionId right) => left.CompareTo(right) > 0;

    public static bool operator <=(SessionId left, SessionId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(SessionId left, SessionId right) => left.CompareTo(right) >= 0;
}
