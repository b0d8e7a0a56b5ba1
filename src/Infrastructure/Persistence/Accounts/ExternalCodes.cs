using CleanLlm.Application.Accounts.External;
using CleanLlm.Domain.OneTimeTokens;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Accounts;

internal sealed class ExternalCodes(AppDbContext db, TimeProvider clock) : IExternalCodes
{
    public async Task AddAsync(OneTimeToken code, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await Codes.Where(old => old.ExpiresAt < now).ExecuteDeleteAsync(ct);
        db.Add(code);
        await db.SaveChangesAsync(ct);
    }

    public async Task<string?> TakeAsync(string hash, DateTimeOffset now, CancellationToken ct)
    {
        var wanted = Codes.Where(code => code.Hash == hash && code.ExpiresAt > now);
        // A code never changes, so what was read is what the one who deletes it has taken.
        return await wanted.AsNoTracking().SingleOrDefaultAsync(ct) is { } code && await wanted.ExecuteDeleteAsync(ct) == 1 ? code.Payload : null;
    }

    private IQueryable<OneTimeToken> Codes => db.Set<OneTimeToken>().Where(code => code.Purpose == OneTimeTokenPurpose.ExternalSignIn);
}
