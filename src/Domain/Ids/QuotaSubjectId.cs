namespace CleanLlm.Domain.Ids;

/// <summary>Identifies whose use is counted: a user, or an API key with a limit of its own.</summary>
public readonly record struct QuotaSubjectId(Guid Value)
{
    /// <summary>What a limit counts for: its key, or else the user.</summary>
    public static QuotaSubjectId Of(UserId user, ApiKeyId? key) => new(key?.Value ?? user.Value);

    /// <inheritdoc />
    public override string ToString() => Value.ToString();
}
