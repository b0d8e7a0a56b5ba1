using System.Security.Cryptography;
using CleanLlm.Application.Accounts;
using CleanLlm.Application.Callers;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.TwoFactor;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.Security.Hashing;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Accounts;

/// <summary>Passwords by ASP.NET Core Identity.</summary>
internal sealed class Credentials(
    UserManager<UserCredential> manager, AppDbContext db, PasswordDecoy decoy, HashingGate gate, HashingPace pace, ICurrentPayer payer) : ICredentials
{
    private const int StampLength = 32;

    public async Task<Result<User>> CreateAsync(User user, string password, CancellationToken ct)
    {
        if (await db.HasFormerAsync(user.Address, ct))
            return Taken();

        var hash = await HashAsync(password, ct);
        if (!hash.IsSuccess)
        {
            db.ChangeTracker.Clear();
            return hash.Error;
        }

        return await StoreAsync(user, hash.Value, ct);
    }

    public async Task<Result<User>> AddAsync(User user, PasswordHash? hash, CancellationToken ct) =>
        await db.HasFormerAsync(user.Address, ct) ? Taken() : await StoreAsync(user, hash, ct);

    public async Task<Result<Verification>> VerifyAsync(EmailAddress email, string password, bool evaluate, CancellationToken ct)
    {
        var prepared = OpaqueString.Prepare(password);
        // A hash may be older than the preparing. How often is hashed, the text alone says: known, unknown and throttled accounts are alike.
        string[] forms = string.Equals(prepared, password, StringComparison.Ordinal) ? [password] : [prepared, password];
        var credential = await db.FindByAddressAsync(email, ct);
        if (!evaluate && pace.IsKnown)
        {
            foreach (var _ in forms)
                await pace.WaitAsync(ct);
            return default(Verification);
        }

        if (!evaluate || credential?.PasswordHash is not { } stored)
        {
            foreach (var form in forms)
            {
                if ((await gate.RunAsync(payer.Key, () => pace.Time(() => decoy.Verify(form), _ => true), ct)).Error is { } busy)
                    return busy;
            }

            return new Verification(evaluate ? credential?.UserId : null, User: null);
        }

        var outcomes = new PasswordVerificationResult[forms.Length];
        for (var i = 0; i < forms.Length; i++)
        {
            var check = await CheckAsync(credential, forms[i], ct);
            if (!check.IsSuccess)
                return check.Error;
            outcomes[i] = check.Value;
        }

        if (Array.TrueForAll(outcomes, outcome => outcome == PasswordVerificationResult.Failed))
            return new Verification(credential.UserId, User: null, new PasswordHash(stored));

        var hash = outcomes[0] == PasswordVerificationResult.Success ? new PasswordHash(stored) : await UpgradeAsync(credential, prepared, ct);
        return new Verification(credential.UserId, await EnabledAsync(credential.UserId, ct), hash);
    }

    public Task<bool> IsUnchangedAsync(UserId user, PasswordHash verified, CancellationToken ct) =>
        db.Users.AnyAsync(credential => credential.Id == user.Value && credential.PasswordHash == verified.Value, ct);

    public async Task<User?> FindAsync(EmailAddress email, CancellationToken ct) =>
        await db.FindByAddressAsync(email, ct) is { } credential ? await EnabledAsync(credential.UserId, ct) : null;

    public Task<Result<PasswordHash>> HashAsync(string password, CancellationToken ct) =>
        gate.RunAsync(payer.Key, () => new PasswordHash(manager.PasswordHasher.HashPassword(null!, OpaqueString.Prepare(password))), ct);

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

    private async Task<Result<User>> StoreAsync(User user, PasswordHash? hash, CancellationToken ct)
    {
        // Identity's store saves the whole context: profile and credential go in one transaction.
        db.Add(user);
        try
        {
            var outcome = await manager.CreateAsync(new UserCredential(user) { PasswordHash = hash?.Value });
            if (outcome.Succeeded)
                return user;
            db.ChangeTracker.Clear();
            return Refusal(outcome);
        }
        catch (DbUpdateException exception) when (UniqueViolation.IsCauseOf(exception))
        {
            return Taken();
        }
    }

    // Nothing of the account stays to be saved later, such as its line in the audit log.
    private Error Taken()
    {
        db.ChangeTracker.Clear();
        return AuthErrors.EmailTaken;
    }

    private Task<Result<PasswordVerificationResult>> CheckAsync(UserCredential credential, string password, CancellationToken ct) => gate.RunAsync(
        payer.Key,
        () => pace.Time(
            () =>
            {
                var outcome = manager.PasswordHasher.VerifyHashedPassword(credential, credential.PasswordHash!, password);
                if (outcome == PasswordVerificationResult.Failed)
                    decoy.WorkOffTheRest(credential.PasswordHash!, password);
                return outcome;
            },
            outcome => outcome == PasswordVerificationResult.Failed),
        ct);

    // Only in the place of the hash that was verified: the password may have been changed meanwhile, or upgraded by another sign-in.
    private async Task<PasswordHash> UpgradeAsync(UserCredential verified, string password, CancellationToken ct)
    {
        // When there is no time for it, a later sign-in does it.
        if (await HashAsync(password, ct) is not { IsSuccess: true, Value: var fresh })
            return new PasswordHash(verified.PasswordHash!);
        var stored = await db.Users
            .Where(credential => credential.Id == verified.Id && credential.PasswordHash == verified.PasswordHash)
            .ExecuteUpdateAsync(row => row.SetProperty(credential => credential.PasswordHash, fresh.Value), ct);
        return stored == 0 ? new PasswordHash(verified.PasswordHash!) : fresh;
    }

    private async Task<User?> EnabledAsync(UserId id, CancellationToken ct) =>
        await db.Profiles.FindAsync([id], ct) is { Disabled: false } user ? user : null;

    // The validators in front agree with Identity's options, so that only the address can be at fault here.
    private static Error Refusal(IdentityResult outcome) =>
        outcome.Errors.Any(error => error.Code is nameof(IdentityErrorDescriber.DuplicateEmail) or nameof(IdentityErrorDescriber.DuplicateUserName))
            ? AuthErrors.EmailTaken
            : throw new InvalidOperationException($"Identity refused an account: {string.Join(", ", outcome.Errors.Select(error => error.Code))}");
}
