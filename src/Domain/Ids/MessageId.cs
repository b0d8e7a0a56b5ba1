namespace CleanLlm.Domain.Ids;

/// <summary>Identifies a message (UUID v7, sorts by time).</summary>
public readonly record struct MessageId(Guid Value) : IComparable<MessageId>
{
    /// <summary>A new id for the given moment.</summary>
    public static MessageId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));

    /// <inheritdoc />
    public override string ToString() => Value.ToString();

    /// <summary>Byte order, which for UUID v7 is the order of making.</summary>
    public int CompareTo(MessageId other) => Value.CompareTo(other.Value);

    public static bool operator <(MessageId left, MessageId right) => left.CompareTo(right) < 0;

    public static bool operator >(MessageId left, MessageId right) => left.CompareTo(right) > 0;

    public static bool operator <=(MessageId left, MessageId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(MessageId left, MessageId right) => left.CompareTo(right) >= 0;
}
