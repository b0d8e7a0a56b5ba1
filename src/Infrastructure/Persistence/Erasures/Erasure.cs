using System.Security.Cryptography;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Infrastructure.Persistence.Erasures;

/// <summary>
/// The marker of an account that has ended and whose rows are being removed. It stays until nothing is left and nothing can come
/// any more from requests that were under way.
/// </summary>
internal sealed class Erasure
{
    private const int AnonymousIdBytes = 16;

    private Erasure()
    {
    }

    /// <summary>Whose account.</summary>
    public UserId UserId { get; private set; }

    /// <summary>When the account ended.</summary>
    public DateTimeOffset BeganAt { get; private set; }

    /// <summary>The id under which the ledger keeps the figures.</summary>
    public UserId Pseudonym { get; private set; }

    /// <summary>The place of the erasure's own line in the audit log; details before it go, later ones stay.</summary>
    public long AuditEnd { get; private set; }

    /// <summary>The place up to which details of the audit log have been removed.</summary>
    public long AuditDone { get; private set; }

    /// <summary>The marker of an account that ends now.</summary>
    public static Erasure Of(UserId user, long auditEnd, DateTimeOffset now) =>
        new() { UserId = user, BeganAt = now, Pseudonym = FreshPseudonym(), AuditEnd = auditEnd };

    /// <summary>Whether the detail of a line goes with the account. What they did to others as an admin stays in full: it is about those.</summary>
    public bool Redacts(AuditEntry line) => line.Sequence < AuditEnd
        && (line.SubjectId == UserId.Value
            || (line.ActorId == UserId.Value && !line.Action.StartsWith(AuditActions.AdminPrefix, StringComparison.Ordinal)));

    /// <summary>The details up to this place have been removed.</summary>
    public void Redacted(long place) => AuditDone = place;

    /// <summary>Breaks the link to the ledger's figures; what comes later gets another pseudonym.</summary>
    public void Unlink() => Pseudonym = FreshPseudonym();

    // Random, not of the time: the moment of the erasure, which the audit log knows, must not lead to it.
    private static UserId FreshPseudonym() => new(new Guid(RandomNumberGenerator.GetBytes(AnonymousIdBytes)));
}
