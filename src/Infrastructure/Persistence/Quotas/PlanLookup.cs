using CleanLlm.Application.Quotas;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Infrastructure.Caching;
using CleanLlm.Infrastructure.Persistence.Content;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Quotas;

/// <summary>
/// The plan of each user: what a user has, and what a plan allows, each cached for three seconds at most, which is how
/// long a change made on another instance may take to be seen.
/// </summary>
internal sealed class PlanLookup(IDbContextFactory<AppDbContext> databases, DataKeys keys, TimeProvider clock) : IPlanLookup
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(3);

    private readonly ShortTtlCache<UserId, Subscriber?> subscribers = new(Lifetime, clock);
    private readonly ShortTtlCache<PlanId, Plan> plans = new(Lifetime, clock);

    // Compiled once: it runs for each active user every three seconds, and EF Core takes longer to build it than the database to answer.
    private readonly Func<AppDbContext, UserId, CancellationToken, Task<Subscriber?>> byUser = EF.CompileAsyncQuery(
        (AppDbContext database, UserId id, CancellationToken _) =>
            database.Profiles.Where(user => user.Id == id).Select(user => new Subscriber(!user.Disabled, user.PlanId)).SingleOrDefault());

    public async ValueTask<Plan?> PlanOfAsync(UserId user, CancellationToken ct)
    {
        var subscriber = await subscribers.GetAsync(user, this, ReadSubscriberAsync, ct);
        return subscriber is { IsActive: true } ? await plans.GetAsync(subscriber.PlanId ?? default, this, ReadPlanAsync, ct) : null;
    }

    /// <summary>Looks again at what a user has.</summary>
    public void Forget(UserId user) => subscribers.Forget((id, _) => id == user);

    /// <summary>Looks again at what the plans allow.</summary>
    public void ForgetPlans() => plans.Forget((_, _) => true);

    private static async Task<Subscriber?> ReadSubscriberAsync(UserId id, PlanLookup self, CancellationToken ct)
    {
        await using var database = await self.OpenAsync(ct);
        return await self.byUser(database, id, ct);
    }

    // A plan that is gone leaves its users with the default one.
    private static async Task<Plan> ReadPlanAsync(PlanId id, PlanLookup self, CancellationToken ct)
    {
        await using var database = await self.OpenAsync(ct);
        var plan = await database.Plans.AsNoTracking().Where(plan => plan.Id == id || plan.IsDefault).OrderBy(plan => plan.IsDefault).FirstAsync(ct);
        return await self.OpenAsync(plan, ct);
    }

    private ValueTask<Plan> OpenAsync(Plan plan, CancellationToken ct) => keys.OpenAsync(plan, ct);

    private Task<AppDbContext> OpenAsync(CancellationToken ct) => databases.CreateDbContextAsync(ct);

    /// <param name="IsActive">Whether they are not disabled.</param>
    /// <param name="PlanId">The plan of their own; null for the default one.</param>
    private sealed record Subscriber(bool IsActive, PlanId? PlanId);
}
