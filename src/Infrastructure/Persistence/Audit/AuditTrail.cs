using CleanLlm.Application.Audit;
using CleanLlm.Domain.Audit;

namespace CleanLlm.Infrastructure.Persistence.Audit;

/// <summary>Adds lines to the unit of work of the use case; <see cref="AppDbContext"/> chains them when it saves.</summary>
internal sealed class AuditTrail(AppDbContext database, TimeProvider clock) : IAuditTrail
{
    public void Add(AuditEvent happened) => database.Add(AuditEntry.Of(happened, clock.GetUtcNow()));

    public Task SaveAsync(CancellationToken ct) => database.SaveChangesAsync(ct);
}
