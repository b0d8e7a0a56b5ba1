using CleanLlm.Application.Administration;
using CleanLlm.Application.Security;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Infrastructure.Persistence.Content;
using CleanLlm.Infrastructure.Persistence.Quotas;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Administration;

internal sealed class PlanRepository(AppDbContext database, PlanLookup plans, DataKeys keys) : IPlanRepository
{
    public async Task<IReadOnlyList<Plan>> ListAsync(CancellationToken ct)
    {
        var all = await database.Plans.AsNoTracking().OrderBy(plan => plan.Name).ToListAsync(ct);
        foreach (var plan in all)
            await keys.OpenAsync(plan, ct);
        return all;
    }

    public async Task<Plan?> FindAsync(PlanId id, CancellationToken ct) =>
        await database.Plans.SingleOrDefaultAsync(plan => plan.Id == id, ct) is { } plan ? await keys.OpenAsync(plan, database, ct) : null;

    public async Task<Error?> SaveAsync(Plan plan, CancellationToken ct)
    {
        // Before the transaction: the first content of the service makes its key, on a connection of its own.
        var cipher = await keys.OfPlanAsync(plan, ct);
        await using var transaction = await AuditedTransaction.BeginAsync(database, ct);
        await database.LockAdministrationAsync(ct);
        if (plan.CheckSaving(await database.Plans.AnyAsync(other => other.IsDefault && other.Id != plan.Id, ct)) is { } refusal)
            return refusal;
        if (database.Entry(plan).State == EntityState.Detached)
            database.Add(plan);
        else
            // Another one may have become the default since this was read: what the rule was asked about is what is stored.
            database.Entry(plan).Property(changed => changed.IsDefault).IsModified = true;
        if (plan.IsDefault)
        {
            await database.Plans.Where(former => former.IsDefault && former.Id != plan.Id)
                .ExecuteUpdateAsync(row => row.SetProperty(former => former.IsDefault, false), ct);
        }

        try
        {
            await database.SavePlansAsync(cipher, ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return PlanErrors.NotFound;
        }
        catch (DbUpdateException exception) when (UniqueViolation.IsCauseOf(exception))
        {
            return PlanErrors.NameTaken;
        }

        await transaction.CommitAsync();
        plans.ForgetPlans();
        return null;
    }

    public async Task<Error?> RemoveAsync(Plan plan, CancellationToken ct)
    {
        // Users are assigned under the same lock: none gets the plan while it goes.
        await using var transaction = await AuditedTransaction.BeginAsync(database, ct);
        await database.LockAdministrationAsync(ct);
        await database.Entry(plan).ReloadAsync(ct);
        if (database.Entry(plan).State == EntityState.Detached)
            return PlanErrors.NotFound;
        if (plan.CheckRemoval(await database.Profiles.AnyAsync(user => user.PlanId == plan.Id, ct)) is { } refusal)
            return refusal;

        database.Remove(plan);
        try
        {
            await database.SaveChangesAsync(ct);
            // Answers that are cached for its users are unreadable from now on.
            await database.Set<DataKey>().Where(key => key.OwnerId == plan.Id.Value).ExecuteDeleteAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return PlanErrors.NotFound;
        }

        await transaction.CommitAsync();
        plans.ForgetPlans();
        keys.Forget(ContentOwner.Of(plan.Id));
        return null;
    }
}
