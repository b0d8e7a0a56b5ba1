using CleanLlm.Application.Accounts;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Users;

namespace CleanLlm.Infrastructure.Persistence.Accounts;

internal sealed class UserRepository(AppDbContext db) : IUserRepository
{
    public async Task<User?> FindAsync(UserId id, CancellationToken ct) => await db.Profiles.FindAsync([id], ct);

    public Task<bool> SaveAsync(User user, CancellationToken ct) => db.TrySaveChangesAsync(ct);
}
