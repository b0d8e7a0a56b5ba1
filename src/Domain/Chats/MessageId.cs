namespace CleanLlm.Domain.Chats;

/// <summary>Identifies a message (UUID v7, sorts by time).</summary>
public readonly record struct MessageId(Guid Value)
{
    /// <summary>A new id for the given moment.</summary>
    public static MessageId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));

    /// <inheritdoc />
    public override string ToString() => Value.ToString();
}
