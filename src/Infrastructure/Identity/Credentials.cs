using System.Security.Cryptography;
using CleanLlm.Application.Accounts;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.TwoFactor;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.Persistence;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Identity;

/// <summary>Passwords by ASP.NET Core Identity.</summary>
internal sealed class Credentials(
    UserManager<UserCredential> manager, AppDbContext db, PasswordDecoy decoy, HashingGate gate) : ICredentials
{
    private const int StampLength = 32;

    public async Task<Result<User>> CreateAsync(User user, string password, CancellationToken ct)
    {
        // Identity's store saves the whole context: profile and credential go in one transaction.
        db.Add(user);
        try
        {
            var outcome = await manager.CreateAsync(new UserCredential(user) { PasswordHash = (await HashAsync(password, ct)).Value });
            if (outcome.Succeeded)
                return user;
            db.ChangeTracker.Clear();
            return Refusal(outcome);
        }
        catch (DbUpdateException exception) when (UniqueViolation.IsCauseOf(exception))
        {
            db.ChangeTracker.Clear();
            return AuthErrors.EmailTaken;
        }
    }

    public async Task<Verification> VerifyAsync(string email, string password, bool evaluate, CancellationToken ct)
    {
        var credential = await manager.FindByEmailAsync(email.Trim());
        if (!evaluate || credential?.PasswordHash is null)
        {
            await gate.RunAsync(() => decoy.VerifyAsync(password), ct);
            return new Verification(evaluate ? credential?.UserId : null, User: null);
        }

        var matches = await gate.RunAsync(() => CheckAsync(credential, password), ct);
        return new Verification(credential.UserId, matches ? await EnabledAsync(credential.UserId, ct) : null, new PasswordHash(credential.PasswordHash));
    }

    public Task<bool> IsUnchangedAsync(UserId user, PasswordHash verified, CancellationToken ct) =>
        db.Users.AnyAsync(credential => credential.Id == user.Value && credential.PasswordHash == verified.Value, ct);

    public async Task<User?> FindAsync(string email, CancellationToken ct) =>
        await manager.FindByEmailAsync(email.Trim()) is { } credential ? await EnabledAsync(credential.UserId, ct) : null;

    public Task<PasswordHash> HashAsync(string password, CancellationToken ct) =>
        gate.RunAsync(() => Task.FromResult(new PasswordHash(manager.PasswordHasher.HashPassword(null!, password))), ct);

    // In one statement: a sign-in that upgrades the old hash at this moment must not win.
    public Task SetPasswordAsync(UserId user, PasswordHash hash, CancellationToken ct) => db.Users
        .Where(credential => credential.Id == user.Value)
        .ExecuteUpdateAsync(
            row => row.SetProperty(credential => credential.PasswordHash, hash.Value)
                .SetProperty(credential => credential.SecurityStamp, RandomNumberGenerator.GetHexString(StampLength))
                .SetProperty(credential => credential.ConcurrencyStamp, RandomNumberGenerator.GetHexString(StampLength)),
            ct);

    public async Task<int> RemoveOtherWaysInAsync(UserId user, CancellationToken ct) =>
        await db.Set<IdentityUserLogin<Guid>>().Where(login => login.UserId == user.Value).ExecuteDeleteAsync(ct)
        + await db.Set<ApiKey>().Where(key => key.UserId == user).ExecuteDeleteAsync(ct)
        + await db.Set<TwoFactorSecret>().Where(secret => secret.UserId == user).ExecuteDeleteAsync(ct);

    private async Task<bool> CheckAsync(UserCredential credential, string password)
    {
        var stored = credential.PasswordHash!;
        var matches = await manager.CheckPasswordAsync(credential, password);
        if (!matches)
            decoy.WorkOffTheRest(stored, password);

        // Two sign-ins may upgrade a hash at once: one of them stores it, and the other must not store it later.
        db.Entry(credential).State = EntityState.Detached;
        return matches;
    }

    private async Task<User?> EnabledAsync(UserId id, CancellationToken ct) =>
        await db.Profiles.FindAsync([id], ct) is { Disabled: false } user ? user : null;

    // The validators in front agree with Identity's options, so that only the address can be at fault here.
    private static Error Refusal(IdentityResult outcome) =>
        outcome.Errors.Any(error => error.Code is nameof(IdentityErrorDescriber.DuplicateEmail) or nameof(IdentityErrorDescriber.DuplicateUserName))
            ? AuthErrors.EmailTaken
            : throw new InvalidOperationException($"Identity refused an account: {string.Join(", ", outcome.Errors.Select(error => error.Code))}");
}
