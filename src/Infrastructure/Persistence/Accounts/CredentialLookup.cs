using CleanLlm.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Accounts;

/// <summary>Finds accounts by address, those too whose address is stored as it was typed before domains were stored in ASCII.</summary>
internal static class CredentialLookup
{
    /// <summary>The account with the address, untracked; null when there is none.</summary>
    public static async Task<UserCredential?> FindByAddressAsync(this AppDbContext database, EmailAddress email, CancellationToken ct)
    {
        // One query, so that its time does not reveal which of them found an account.
        var keys = email.Keys;
        var found = await database.Users.AsNoTracking().Where(credential => keys.Contains(credential.NormalizedEmail!)).ToListAsync(ct);
        return keys.Select(key => found.Find(credential => credential.NormalizedEmail == key)).FirstOrDefault(credential => credential is not null);
    }

    /// <summary>Whether there is an account with the address already that is stored as it was typed, which the unique index does not see.</summary>
    public static async Task<bool> HasFormerAsync(this AppDbContext database, EmailAddress email, CancellationToken ct) =>
        email.Keys.Count > 1 && await database.FindByAddressAsync(email, ct) is not null;
}
