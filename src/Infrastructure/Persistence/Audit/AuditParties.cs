using CleanLlm.Application.Audit;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.Persistence.Accounts;

namespace CleanLlm.Infrastructure.Persistence.Audit;

internal sealed class AuditParties(AppDbContext database) : IAuditParties
{
    public async Task<Guid?> FindAsync(EmailAddress email, CancellationToken ct) => (await database.FindByAddressAsync(email, ct))?.Id;
}
