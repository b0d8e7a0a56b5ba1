namespace CleanLlm.Domain.Completions;

/// <summary>Identifies a completion, and the ledger entry that charges it (UUID v7, sorts by time).</summary>
public readonly record struct CompletionId(Guid Value)
{
    /// <summary>A new id for the given moment.</summary>
    public static CompletionId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));

    /// <inheritdoc />
    public override string ToString() => Value.ToString();
}
