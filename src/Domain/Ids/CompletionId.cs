namespace CleanLlm.Domain.Ids;

/// <summary>Identifies a completion, and the ledger entry that charges it (UUID v7, sorts by time).</summary>
public readonly record struct CompletionId(Guid Value) : IComparable<CompletionId>
{
    /// <summary>A new id for the given moment.</summary>
    public static CompletionId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));

    /// <inheritdoc />
    public override string ToString() => Value.ToString();

    /// <summary>Byte order, which for UUID v7 is the order of making.</summary>
    public int CompareTo(CompletionId other) => Value.CompareTo(other.Value);

    public static bool operator <(CompletionId left, CompletionId right) => left.CompareTo(right) < 0;

    public static bool operator >(CompletionId left, CompletionId right) => left.CompareTo(right) > 0;

    public static bool operator <=(CompletionId left, CompletionId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(CompletionId left, CompletionId right) => left.CompareTo(right) >= 0;
}
