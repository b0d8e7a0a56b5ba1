using CleanLlm.Application.Accounts;
using CleanLlm.Application.Security;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.OneTimeTokens;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.TwoFactor;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.Persistence.Administration;
using CleanLlm.Infrastructure.Persistence.Content;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Erasures;

/// <summary>
/// Ends an account in one short transaction, which touches few rows however much the account has.
/// What may be much is removed afterwards by <see cref="ErasureSweep"/>.
/// </summary>
internal sealed class AccountErasure(AppDbContext database, ErasureBatches batches, ErasureSignal signal, DataKeys keys, TimeProvider clock) : IAccountErasure
{
    public async Task<Error?> EraseAsync(UserId user, CancellationToken ct)
    {
        if (await RefusalAsync(user, ct) is { } early)
            return early;

        // What cannot be closed does not keep the account from ending: the sweep tries again.
        await batches.CloseRunningAsync(user, ct);
        await using (var transaction = await AuditedTransaction.BeginAsync(database, ct))
        {
            await database.LockAdministrationAsync(ct);
            await database.LockUserAsync(user, ct);
            if (await RefusalAsync(user, ct) is { } refusal)
                return refusal;

            await EndAsync(user, transaction, ct);
            await transaction.CommitAsync();
        }

        keys.Forget(ContentOwner.Of(user));
        signal.Raise();
        return null;
    }

    private async Task EndAsync(UserId id, AuditedTransaction transaction, CancellationToken ct)
    {
        var user = await database.Profiles.SingleAsync(profile => profile.Id == id, ct);
        user.Erase(clock.GetUtcNow());
        // All columns: what was read before the lock may have changed since.
        database.Update(user);
        await RemoveWaysInAsync(id, ct);
        // Without its key, what is left of the content is unreadable from this moment on.
        await database.Set<DataKey>().Where(key => key.OwnerId == id.Value).ExecuteDeleteAsync(ct);
        await database.SaveChangesAsync(ct);

        await transaction.ChainAsync(ct);
        var line = transaction.Chained.Single(entry => entry.Action == AuditActions.Erased && entry.SubjectId == id.Value);
        database.Add(Erasure.Of(id, line.Sequence, clock.GetUtcNow()));
        await database.SaveChangesAsync(ct);
    }

    // The address is free again, and no credential leads to the account. All of this is bounded for a user.
    private async Task RemoveWaysInAsync(UserId id, CancellationToken ct)
    {
        await database.Users.Where(credential => credential.UserId == id).ExecuteDeleteAsync(ct);
        await database.Set<TwoFactorSecret>().Where(secret => secret.UserId == id).ExecuteDeleteAsync(ct);
        await database.Set<OneTimeToken>().Where(token => token.UserId == id).ExecuteDeleteAsync(ct);
        var subjects = await database.ApiKeys.Where(key => key.UserId == id).Select(key => key.Id).ToListAsync(ct);
        await ErasedRows.RemoveCountersAsync(database, subjects.Select(key => QuotaSubjectId.Of(id, key)), ct);
        await database.ApiKeys.Where(key => key.UserId == id).ExecuteDeleteAsync(ct);
    }

    private async Task<Error?> RefusalAsync(UserId id, CancellationToken ct)
    {
        if (await database.Profiles.AsNoTracking().SingleOrDefaultAsync(profile => profile.Id == id, ct) is not { } user)
            return AuthErrors.AccountUnavailable;

        return user.CheckErasure(await database.OtherAdminsAsync(id, ct));
    }
}
