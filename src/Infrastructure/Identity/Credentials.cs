using CleanLlm.Application.Accounts;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.Persistence;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Identity;

/// <summary>Passwords by ASP.NET Core Identity.</summary>
internal sealed class Credentials(
    UserManager<UserCredential> manager, AppDbContext db, PasswordDecoy decoy, HashingGate gate) : ICredentials
{
    public async Task<Result<User>> CreateAsync(User user, string password, CancellationToken ct)
    {
        // Identity's store saves the whole context: profile and credential go in one transaction.
        db.Add(user);
        try
        {
            var outcome = await gate.RunAsync(() => manager.CreateAsync(new UserCredential(user), password), ct);
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

    public async Task<Result<User>> VerifyAsync(string email, string password, bool evaluate, CancellationToken ct)
    {
        var credential = await manager.FindByEmailAsync(email.Trim());
        var known = evaluate && credential?.PasswordHash is not null;
        var matches = await gate.RunAsync(
            () => known ? manager.CheckPasswordAsync(credential!, password) : decoy.VerifyAsync(password), ct);

        return matches && await db.Profiles.FindAsync([credential!.UserId], ct) is { Disabled: false } user
            ? user
            : AuthErrors.InvalidCredentials;
    }

    // The validators in front agree with Identity's options, so that only the address can be at fault here.
    private static Error Refusal(IdentityResult outcome) =>
        outcome.Errors.Any(error => error.Code is nameof(IdentityErrorDescriber.DuplicateEmail) or nameof(IdentityErrorDescriber.DuplicateUserName))
            ? AuthErrors.EmailTaken
            : throw new InvalidOperationException($"Identity refused an account: {string.Join(", ", outcome.Errors.Select(error => error.Code))}");
}
