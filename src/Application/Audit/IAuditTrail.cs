using CleanLlm.Domain.Audit;

namespace CleanLlm.Application.Audit;

/// <summary>The audit log, as use cases write it.</summary>
public interface IAuditTrail
{
    /// <summary>Adds a line to what the use case is about to store: both are stored in one transaction, or neither.</summary>
    void Add(AuditEvent happened);

    /// <summary>Stores what was added, for a use case that changes nothing else.</summary>
    Task SaveAsync(CancellationToken ct);
}
