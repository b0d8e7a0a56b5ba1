using CleanLlm.Application.Administration;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Infrastructure.Persistence.Quotas;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Administration;

internal sealed class PlanRepository(AppDbContext database, AuditChain chain, PlanLookup plans) : IPlanRepository
{
    public async Task<IReadOnlyList<Plan>> ListAsync(CancellationToken ct) =>
        await database.Plans.AsNoTracking().OrderBy(plan => plan.Name).ToListAsync(ct);

    public Task<Plan?> FindAsync(PlanId id, CancellationToken ct) => database.Plans.SingleOrDefaultAsync(plan => plan.Id == id, ct);

    public async Task<Error?> SaveAsync(Plan plan, CancellationToken ct)
    {
        await using var transaction = await chain.BeginAsync(database, ct);
        if (database.Entry(plan).State == EntityState.Detached)
            database.Add(plan);
        if (plan.IsDefault)
        {
            await database.Plans.Where(former => former.IsDefault && former.Id != plan.Id)
                .ExecuteUpdateAsync(row => row.SetProperty(former => former.IsDefault, false), ct);
        }

        try
        {
            await database.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return PlanErrors.NotFound;
        }
        catch (DbUpdateException exception) when (UniqueViolation.IsCauseOf(exception))
        {
            return PlanErrors.NameTaken;
        }

        if (!await database.Plans.AnyAsync(known => known.IsDefault, ct))
            return PlanErrors.IsDefault;
        await transaction.CommitAsync(CancellationToken.None);
        plans.ForgetPlans();
        return null;
    }

    public async Task<Error?> RemoveAsync(Plan plan, CancellationToken ct)
    {
        await using var transaction = await chain.BeginAsync(database, ct);
        if (await database.Plans.AnyAsync(known => known.Id == plan.Id && known.IsDefault, ct))
            return PlanErrors.IsDefault;

        // Users are assigned under the same lock: none gets the plan while it goes.
        if (await database.Profiles.AnyAsync(user => user.PlanId == plan.Id, ct))
            return PlanErrors.InUse;

        database.Remove(plan);
        try
        {
            await database.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return PlanErrors.NotFound;
        }

        await transaction.CommitAsync(CancellationToken.None);
        plans.ForgetPlans();
        return null;
    }
}
