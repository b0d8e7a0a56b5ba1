using CleanLlm.Application.Paging;

namespace CleanLlm.Application.Audit;

/// <summary>The audit log, as admins read it.</summary>
public interface IAuditLog
{
    /// <summary>Lines, newest first.</summary>
    /// <param name="filter">Which ones.</param>
    /// <param name="after">The last line of the page before.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="ct">Ends the reading.</param>
    Task<Page<AuditEntryDto>> ListAsync(AuditFilter filter, Cursor? after, int limit, CancellationToken ct);

    /// <summary>Reads the whole chain, a bounded number of lines at a time, and computes every hash anew.</summary>
    Task<AuditVerdictDto> VerifyAsync(CancellationToken ct);
}

/// <summary>Which lines of the audit log are wanted.</summary>
/// <param name="Actor">Those of this user's actions; null for any user's.</param>
/// <param name="Subject">Those about this user, key, session or plan; null for any.</param>
/// <param name="Action">Those of this exact name; null for any.</param>
public sealed record AuditFilter(Guid? Actor, Guid? Subject, string? Action);
