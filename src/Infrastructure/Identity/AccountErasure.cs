using CleanLlm.Application.Accounts;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.Audit;
using CleanLlm.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Identity;

/// <summary>
/// Erases an account: what may be much goes first, in pieces, so that the audit log, which every sign-in writes, is held only
/// for the short rest. After a failure on the way the account is still there, and can be erased again.
/// </summary>
internal sealed class AccountErasure(AppDbContext database, AuditSeal seal, AccountRemains remains) : IAccountErasure
{
    // What is admitted meanwhile is closed in another round; what comes even later is for the aftercare.
    private const int Rounds = 5;

    public async Task<Error?> EraseAsync(UserId user, CancellationToken ct)
    {
        if (await RefusalAsync(user, ct) is { } early)
            return early;

        for (var round = 1; ; round++)
        {
            await remains.CloseRunningAsync(user, ct);
            await remains.RemoveContentAsync(user, ct);
            await using var transaction = await seal.BeginAsync(database, ct);
            if (round < Rounds && await remains.IsRunningAsync(user, ct))
                continue;
            if (await RefusalAsync(user, ct) is { } refusal)
                return refusal;

            await remains.RemoveAsync(user, ct);
            // What they did to others as an admin stays in full: it is about those.
            await database.AuditLog
                .Where(line => line.SubjectId == user.Value || (line.ActorId == user.Value && !line.Action.StartsWith(AuditActions.AdminPrefix)))
                .ExecuteUpdateAsync(row => row.SetProperty(line => line.Detail, (string?)null), ct);
            // Sessions, keys, credentials and all else that is theirs goes with the user's row.
            await database.Profiles.Where(profile => profile.Id == user).ExecuteDeleteAsync(ct);
            await database.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
            return null;
        }
    }

    private async Task<Error?> RefusalAsync(UserId id, CancellationToken ct)
    {
        if (await database.Profiles.AsNoTracking().SingleOrDefaultAsync(profile => profile.Id == id, ct) is not { } user)
            return AuthErrors.AccountUnavailable;

        return user is { Role: UserRole.Admin, Disabled: false }
            && !await database.Profiles.AnyAsync(other => other.Id != id && other.Role == UserRole.Admin && !other.Disabled, ct)
            ? AdminErrors.LastAdmin
            : null;
    }
}
