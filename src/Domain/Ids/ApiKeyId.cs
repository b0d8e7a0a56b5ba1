namespace CleanLlm.Domain.Ids;

/// <summary>Identifies an API key (UUID v7, sorts by time). Part of the key itself, and no secret.</summary>
public readonly record struct ApiKeyId(Guid Value)
{
    /// <summary>A new id for the given moment.</summary>
    public static ApiKeyId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));

    /// <inheritdoc />
    public override string ToString() => Value.ToString();
}
