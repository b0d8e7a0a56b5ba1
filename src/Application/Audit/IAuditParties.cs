using CleanLlm.Domain.Users;

namespace CleanLlm.Application.Audit;

/// <summary>The users that the lines of the audit log name by id alone.</summary>
public interface IAuditParties
{
    /// <summary>The id of the account that has an address now; null when none has, as after its erasure.</summary>
    Task<Guid?> FindAsync(EmailAddress email, CancellationToken ct);
}
