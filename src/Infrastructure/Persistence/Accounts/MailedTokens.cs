using CleanLlm.Application.Accounts;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.OneTimeTokens;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Accounts;

internal sealed class MailedTokens(AppDbContext db) : IMailedTokens
{
    public async Task ReplaceAsync(OneTimeToken token, CancellationToken ct)
    {
        await using var transaction = db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(ct) : null;
        if (token.UserId is { } user)
            await RemoveAsync(user, token.Purpose, ct);
        db.Add(token);
        await db.SaveChangesAsync(ct);
        if (transaction is not null)
            await transaction.CommitAsync(CancellationToken.None);
    }

    public async Task<UserId?> FindOwnerAsync(string hash, OneTimeTokenPurpose purpose, DateTimeOffset now, CancellationToken ct)
    {
        var token = await db.Set<OneTimeToken>().AsNoTracking().SingleOrDefaultAsync(stored => stored.Hash == hash, ct);
        return token?.IsGoodFor(purpose, now) == true ? token.UserId : null;
    }

    public async Task<UserId?> TakeAsync(string hash, OneTimeTokenPurpose purpose, DateTimeOffset now, CancellationToken ct) =>
        await FindOwnerAsync(hash, purpose, now, ct) is { } owner
        && await db.Set<OneTimeToken>().Where(stored => stored.Hash == hash).ExecuteDeleteAsync(ct) == 1
            ? owner
            : null;

    public Task RemoveAsync(UserId user, OneTimeTokenPurpose purpose, CancellationToken ct) =>
        db.Set<OneTimeToken>().Where(stored => stored.UserId == user && stored.Purpose == purpose).ExecuteDeleteAsync(ct);
}
