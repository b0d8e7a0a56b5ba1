using CleanLlm.Application.Accounts;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.Persistence.Accounts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace CleanLlm.Infrastructure.Persistence.Administration;

/// <summary>Makes the configured account, or makes the account that has its address an admin.</summary>
internal sealed partial class FirstAdmin(
    AppDbContext database,
    ICredentials credentials,
    IAuditTrail audit,
    IAccessStates access,
    TimeProvider clock,
    ILogger<FirstAdmin> logger)
{
    private const string ByConfiguration = """{"by":"configuration"}""";

    /// <summary>Safe when several instances start at once: one of them does it.</summary>
    public async Task EnsureAsync(string email, string password, CancellationToken ct)
    {
        var address = EmailAddress.Of(email)!;
        if (await database.FindByAddressAsync(address, ct) is null && await TryCreateAsync(email, password, ct))
            return;

        // It was there, or another instance has just made it.
        if (await database.FindByAddressAsync(address, ct) is { } credential)
            await PromoteAsync(credential.UserId, address, password, ct);
    }

    private async Task<bool> TryCreateAsync(string email, string password, CancellationToken ct)
    {
        var user = User.Register(email, displayName: null, clock.GetUtcNow()).Value;
        user.ChangeRole(UserRole.Admin);
        user.ConfirmEmail();
        audit.Add(new AuditEvent(AuditActions.Registered, ActorId: null, user.Id.Value, ByConfiguration));
        if (!(await credentials.CreateAsync(user, password, ct)).IsSuccess)
            return false;

        LogCreated(user.Id);
        return true;
    }

    private async Task PromoteAsync(UserId id, EmailAddress email, string password, CancellationToken ct)
    {
        // Ahead of the locks: hashing takes long.
        var verified = await VerifyAsync(id, email, password, ct);
        await using var transaction = await AuditedTransaction.BeginAsync(database, ct);
        await database.LockAdministrationAsync(ct);
        await database.LockUserAsync(id, ct);
        if (await database.Profiles.SingleOrDefaultAsync(profile => profile.Id == id, ct) is not { Role: not UserRole.Admin } user)
            return;
        // A stranger may have registered with this address before: only its owner, or a holder of the configured password, is made admin.
        if (user.Disabled || (!user.EmailConfirmed && (verified is not { } hash || !await credentials.IsUnchangedAsync(id, hash, ct))))
        {
            LogNotPromoted(user.Id);
            return;
        }

        user.ChangeRole(UserRole.Admin);
        audit.Add(new AuditEvent(
            AuditActions.UserChanged, ActorId: null, user.Id.Value, """{"role":{"from":"user","to":"admin"},"by":"configuration"}"""));
        await database.SaveChangesAsync(ct);
        await transaction.CommitAsync();
        await access.ForgetAsync(user.Id, CancellationToken.None);
        LogPromoted(user.Id);
    }

    // Null when the password is not the account's, or need not be.
    private async Task<PasswordHash?> VerifyAsync(UserId id, EmailAddress email, string password, CancellationToken ct)
    {
        if (await database.Profiles.AnyAsync(profile => profile.Id == id && (profile.Role == UserRole.Admin || profile.EmailConfirmed), ct))
            return null;
        var verification = await credentials.VerifyAsync(email, password, evaluate: true, ct);
        // What was read for it is read again under the lock.
        database.ChangeTracker.Clear();
        return verification is { IsSuccess: true, Value: { User: { } user, Hash: var hash } } && user.Id == id ? hash : null;
    }

    [LoggerMessage(LogLevel.Information, "Made the configured admin {User}")]
    private partial void LogCreated(UserId user);

    [LoggerMessage(LogLevel.Warning, "The account {User} has the address of the configured admin and is an admin from now on")]
    private partial void LogPromoted(UserId user);

    [LoggerMessage(
        LogLevel.Error,
        "The account {User} has the address of the configured admin, but is disabled, or has neither a confirmed address nor the configured password: it is not made an admin")]
    private partial void LogNotPromoted(UserId user);
}
