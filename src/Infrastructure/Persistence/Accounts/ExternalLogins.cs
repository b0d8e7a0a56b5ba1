using CleanLlm.Application.Accounts.External;
using CleanLlm.Domain.ExternalLogins;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using MediatR;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Accounts;

/// <summary>Identity's table of logins: the issuer is its login provider, the subject its key, our name of the provider its display name.</summary>
internal sealed class ExternalLogins(UserManager<UserCredential> manager, AppDbContext db) : IExternalLogins
{
    private DbSet<IdentityUserLogin<Guid>> Logins => db.UserLogins;

    public async Task<User?> FindUserAsync(ExternalIdentity identity, CancellationToken ct) => await (
        from login in Logins
        join credential in db.Users on login.UserId equals credential.Id
        join user in db.Profiles on credential.UserId equals user.Id
        where login.LoginProvider == identity.Issuer && login.ProviderKey == identity.Subject
        select user).SingleOrDefaultAsync(ct);

    public async Task<Result<User>> CreateAsync(User user, ExternalIdentity identity, CancellationToken ct)
    {
        if (await db.HasFormerAsync(user.Address, ct))
            return AuthErrors.ExternalEmailTaken;

        // Identity's store saves the whole context: profile, credential and login go in one transaction.
        db.Add(user);
        Logins.Add(LoginOf(user.Id, identity));
        try
        {
            var outcome = await manager.CreateAsync(new UserCredential(user));
            if (outcome.Succeeded)
                return user;
            db.ChangeTracker.Clear();
            return outcome.Errors.Any(error => error.Code is nameof(IdentityErrorDescriber.DuplicateEmail) or nameof(IdentityErrorDescriber.DuplicateUserName))
                ? AuthErrors.ExternalEmailTaken
                : AuthErrors.ExternalEmailMissing;
        }
        catch (DbUpdateException exception) when (UniqueViolation.IsCauseOf(exception))
        {
            db.ChangeTracker.Clear();
            return AuthErrors.ExternalEmailTaken;
        }
    }

    public async Task<Result<Unit>> LinkAsync(UserId user, ExternalIdentity identity, CancellationToken ct)
    {
        Logins.Add(LoginOf(user, identity));
        try
        {
            await db.SaveChangesAsync(ct);
            return Unit.Value;
        }
        catch (DbUpdateException exception) when (UniqueViolation.IsCauseOf(exception))
        {
            db.ChangeTracker.Clear();
            return AuthErrors.ExternalAlreadyLinked;
        }
    }

    public async Task<IReadOnlyList<string>> ListAsync(UserId user, CancellationToken ct) => await Logins
        .Where(login => login.UserId == user.Value)
        .Select(login => login.ProviderDisplayName!)
        .Distinct()
        .OrderBy(name => name)
        .ToListAsync(ct);

    public async Task<Result<Unit>> UnlinkAsync(UserId user, string provider, CancellationToken ct)
    {
        // Two requests that unlink at once come one after the other, so that the last way in stays.
        await using var transaction = await AuditedTransaction.BeginAsync(db, ct);
        await db.LockUserAsync(user, ct);
        var hasPassword = await db.Users.AnyAsync(row => row.Id == user.Value && row.PasswordHash != null, ct);
        var logins = await Logins.Where(login => login.UserId == user.Value).ToListAsync(ct);
        var going = logins.Where(login => login.ProviderDisplayName == provider).ToList();

        var refusal = going.Count == 0 ? AuthErrors.ExternalLoginNotFound
            : !hasPassword && going.Count == logins.Count ? AuthErrors.LastCredential
            : null;
        if (refusal is not null)
        {
            db.ChangeTracker.Clear();
            return refusal;
        }

        Logins.RemoveRange(going);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync();
        return Unit.Value;
    }

    private static IdentityUserLogin<Guid> LoginOf(UserId user, ExternalIdentity identity) => new()
    {
        UserId = user.Value,
        LoginProvider = identity.Issuer,
        ProviderKey = identity.Subject,
        ProviderDisplayName = identity.Provider,
    };
}
