namespace CleanLlm.Domain.Ids;

/// <summary>Identifies a user (UUID v7, sorts by time).</summary>
public readonly record struct UserId(Guid Value) : IComparable<UserId>
{
    /// <summary>A new id for the given moment.</summary>
    public static UserId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));

    /// <inheritdoc />
    public override string ToString() => Value.ToString();

    /// <summary>Byte order, which for UUID v7 is the order of making.</summary>
    public int CompareTo(UserId other) => Value.CompareTo(other.Value);

    public static bool operator <(UserId left, UserId right) => left.CompareTo(right) < 0;

    public static bool operator >(UserId left, UserId right) => left.CompareTo(right) > 0;

    public static bool operator <=(UserId left, UserId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(UserId left, UserId right) => left.CompareTo(right) >= 0;
}
