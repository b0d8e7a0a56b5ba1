namespace CleanLlm.Domain.Ids;

/// <summary>Identifies a chat (UUID v7, sorts by time).</summary>
public readonly record struct ChatId(Guid Value) : IComparable<ChatId>
{
    /// <summary>A new id for the given moment.</summary>
    public static ChatId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));

    /// <inheritdoc />
    public override string ToString() => Value.ToString();

    /// <summary>Byte order, which for UUID v7 is the order of making.</summary>
    public int CompareTo(ChatId other) => Value.CompareTo(other.Value);

    public static bool operator <(ChatId left, ChatId right) => left.CompareTo(right) < 0;

    public static bool operator >(ChatId left, ChatId right) => left.CompareTo(right) > 0;

    public static bool operator <=(ChatId left, ChatId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ChatId left, ChatId right) => left.CompareTo(right) >= 0;
}
