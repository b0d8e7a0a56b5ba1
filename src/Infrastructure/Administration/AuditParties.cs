using CleanLlm.Application.Audit;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.Identity;
using CleanLlm.Infrastructure.Persistence;

namespace CleanLlm.Infrastructure.Administration;

internal sealed class AuditParties(AppDbContext database) : IAuditParties
{
    public async Task<Guid?> FindAsync(EmailAddress email, CancellationToken ct) => (await database.FindByAddressAsync(email, ct))?.Id;
}
