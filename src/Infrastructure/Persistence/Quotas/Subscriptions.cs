using System.ComponentModel;
using System.Text.Json.Serialization;
using CleanLlm.Application.Quotas;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Hybrid;

namespace CleanLlm.Infrastructure.Persistence.Quotas;

/// <summary>
/// Which plan holds for whom, cached in two entries: what a user has, and what a plan allows. What is kept in this process
/// lives five seconds, which is how long a change made on another instance may take to be seen.
/// </summary>
internal sealed class Subscriptions(IDbContextFactory<AppDbContext> databases, HybridCache cache) : ISubscriptions
{
    private static readonly HybridCacheEntryOptions Brief = new()
    {
        Expiration = TimeSpan.FromSeconds(5),
        LocalCacheExpiration = TimeSpan.FromSeconds(5),
    };

    public async ValueTask<Plan?> PlanOfAsync(UserId user, CancellationToken ct)
    {
        var subscriber = await cache.GetOrCreateAsync(
            $"user:{user.Value:N}", (databases, user), static (s, token) => ReadSubscriberAsync(s.databases, s.user, token), Brief, cancellationToken: ct);
        if (!subscriber.IsActive)
            return null;

        var plan = await cache.GetOrCreateAsync(
            subscriber.PlanKey, (databases, subscriber.PlanId), static (s, token) => ReadPlanAsync(s.databases, s.PlanId, token), Brief, cancellationToken: ct);
        return plan.Plan;
    }

    private static async ValueTask<Subscriber> ReadSubscriberAsync(IDbContextFactory<AppDbContext> databases, UserId id, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        var user = await database.Profiles.AsNoTracking().SingleOrDefaultAsync(profile => profile.Id == id, ct);
        return new Subscriber(user is { Disabled: false }, user?.PlanId?.Value);
    }

    private static async ValueTask<StoredPlan> ReadPlanAsync(IDbContextFactory<AppDbContext> databases, Guid? id, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        // A plan that was deleted under its users leaves them with the default one.
        var wanted = id is { } value ? new PlanId(value) : default;
        var plan = await database.Plans.AsNoTracking().Where(p => p.Id == wanted || p.IsDefault).OrderBy(p => p.IsDefault).FirstAsync(ct);
        return new StoredPlan(plan.Id.Value, plan.Terms);
    }

    [ImmutableObject(true)]
    private sealed record Subscriber(bool IsActive, Guid? PlanId)
    {
        [JsonIgnore]
        public string PlanKey { get; } = $"plan:{PlanId:N}";
    }

    [ImmutableObject(true)]
    private sealed record StoredPlan(Guid Id, PlanTerms Terms)
    {
        [JsonIgnore]
        public Plan Plan { get; } = Plan.Restore(new PlanId(Id), Terms);
    }
}
