using CleanLlm.Application.Administration;
using CleanLlm.Application.Paging;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Sessions;
using CleanLlm.Domain.TwoFactor;
using CleanLlm.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Administration;

internal sealed class UserDirectory(AppDbContext database) : IUserDirectory
{
    private const string Escape = "\\";

    public Task<AdminUserDto?> FindAsync(UserId id, CancellationToken ct) =>
        Shown(database.Profiles.Where(user => user.Id == id)).SingleOrDefaultAsync(ct);

    public async Task<Page<AdminUserDto>> ListAsync(string? text, Cursor? after, int limit, CancellationToken ct)
    {
        var users = database.Profiles.AsQueryable();
        if (text is not null)
            users = Holding(users, Pattern(text), Pattern(EmailAddress.PartOf(text)));
        if (after is { Id: var id })
        {
            var last = new UserId(id);
            users = users.Where(user => user.Id < last);
        }

        // Ids sort by the time of registration.
        var rows = await Shown(users.OrderByDescending(user => user.Id).Take(limit + 1)).ToListAsync(ct);
        return Pages.Cut(rows, limit, (kept, _) => new Cursor(kept.CreatedAt, kept.Id.Value));
    }

    public Task<bool> HasPlanAsync(PlanId plan, CancellationToken ct) => database.Plans.AnyAsync(known => known.Id == plan, ct);

    public async Task<Result<AdminUserDto>> SaveAsync(User user, DateTimeOffset now, CancellationToken ct)
    {
        await using var transaction = await AuditedTransaction.BeginAsync(database, ct);
        await database.LockAdministrationAsync(ct);
        // Asked again under the lock: a plan may have been deleted, an admin demoted since.
        if (user.PlanId is { } plan && !await HasPlanAsync(plan, ct))
            return PlanErrors.Unknown;
        if (user.CheckAdmins(await database.OtherAdminsAsync(user.Id, ct)) is { } refusal)
            return refusal;
        if (!await database.TrySaveChangesAsync(ct))
            return AdminErrors.UserNotFound;

        if (user.Disabled)
        {
            await database.Set<Session>().Where(session => session.UserId == user.Id && session.RevokedAt == null)
                .ExecuteUpdateAsync(row => row.SetProperty(session => session.RevokedAt, now), ct);
        }

        // Under the lock: what is answered is what was stored.
        if (await FindAsync(user.Id, ct) is not { } stored)
            return AdminErrors.UserNotFound;
        await transaction.CommitAsync();
        return stored;
    }

    private IQueryable<AdminUserDto> Shown(IQueryable<User> users) => users.Select(user => new AdminUserDto
    {
        Id = user.Id,
        Email = user.Email,
        DisplayName = user.DisplayName,
        Role = user.Role,
        EmailConfirmed = user.EmailConfirmed,
        Disabled = user.Disabled,
        PlanId = user.PlanId,
        Plan = database.Plans.Where(plan => user.PlanId == null ? plan.IsDefault : plan.Id == user.PlanId).Select(plan => plan.Name).FirstOrDefault(),
        TwoFactorEnabled = database.Set<TwoFactorSecret>().Any(secret => secret.UserId == user.Id && secret.ConfirmedAt != null),
        CreatedAt = user.CreatedAt,
        LastSignInAt = user.LastSignInAt,
    });

    // Addresses are searched as they are stored, and those of older accounts as they were typed. PostgreSQL's LIKE minds the case of
    // letters; SQLite's does not, as far as ASCII goes.
    private IQueryable<User> Holding(IQueryable<User> users, string pattern, string stored) => database.IsEmbedded
        ? users.Where(user => EF.Functions.Like(user.Email, stored, Escape) || EF.Functions.Like(user.Email, pattern, Escape)
            || EF.Functions.Like(user.DisplayName!, pattern, Escape))
        : users.Where(user => EF.Functions.ILike(user.Email, stored, Escape) || EF.Functions.ILike(user.Email, pattern, Escape)
            || EF.Functions.ILike(user.DisplayName!, pattern, Escape));

    private static string Pattern(string text) =>
        $"%{text.Replace(Escape, Escape + Escape, StringComparison.Ordinal).Replace("%", Escape + "%", StringComparison.Ordinal).Replace("_", Escape + "_", StringComparison.Ordinal)}%";
}
