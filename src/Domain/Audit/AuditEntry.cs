using CleanLlm.Domain.Ids;

namespace CleanLlm.Domain.Audit;

/// <summary>
/// One line of the audit log. Lines are chained: each one's hash covers the hash before it, so that a line that is taken out
/// or changed is found. The detail, which may name an address or a reason, is covered by its own hash only and can be erased
/// with its user without breaking the chain.
/// </summary>
public sealed class AuditEntry
{
    /// <summary>The longest action name, in characters.</summary>
    public const int ActionMaxLength = 60;

    /// <summary>The longest detail, in characters.</summary>
    public const int DetailMaxLength = 4_000;

    private AuditEntry()
    {
    }

    /// <summary>Identifies the line.</summary>
    public AuditEntryId Id { get; private set; }

    /// <summary>Its place in the chain, from 1, without gaps.</summary>
    public long Sequence { get; private set; }

    /// <summary>When it happened.</summary>
    public DateTimeOffset At { get; private set; }

    /// <summary>What happened, dotted: see <see cref="AuditActions"/>.</summary>
    public string Action { get; private set; } = "";

    /// <summary>The user who did it; null when the caller was not signed in.</summary>
    public Guid? ActorId { get; private set; }

    /// <summary>The user, key or plan it was done to; null when there is none.</summary>
    public Guid? SubjectId { get; private set; }

    /// <summary>More about it as a JSON object, without secrets or content; null when there was nothing, or when it was erased.</summary>
    public string? Detail { get; private set; }

    /// <summary>Keyed hash of the sequence and the detail; null when there was no detail.</summary>
    public byte[]? DetailHash { get; private set; }

    /// <summary>Keyed hash of the previous line's hash and of this line.</summary>
    public byte[] Hash { get; private set; } = [];

    /// <summary>A line that has no place in the chain yet.</summary>
    public static AuditEntry Of(AuditEvent happened, DateTimeOffset now) => new()
    {
        Id = AuditEntryId.New(now),
        // The millisecond is the finest that every database gives back as it was.
        At = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero),
        Action = happened.Action,
        ActorId = happened.ActorId,
        SubjectId = happened.SubjectId,
        Detail = happened.Detail,
    };

    /// <summary>Gives the line its place.</summary>
    public void Place(long sequence, byte[]? detailHash) => (Sequence, DetailHash) = (sequence, detailHash);

    /// <summary>Chains the line, once it has its place.</summary>
    public void Chain(byte[] hash) => Hash = hash;
}

/// <summary>Something that has to be in the audit log.</summary>
/// <param name="Action">See <see cref="AuditActions"/>.</param>
/// <param name="ActorId">The user who did it; null when the caller was not signed in.</param>
/// <param name="SubjectId">The user, key or plan it was done to.</param>
/// <param name="Detail">A JSON object without secrets or content.</param>
public sealed record AuditEvent(string Action, Guid? ActorId, Guid? SubjectId, string? Detail = null);
