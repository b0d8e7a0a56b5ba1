using CleanLlm.Application.Quotas;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Testing.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence;

/// <summary>Plans as two instances see them.</summary>
[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class SubscriptionTests(DatabaseKind kind) : PersistenceTests(kind)
{
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(3);

    private PersistenceHost near = null!;
    private PersistenceHost far = null!;

    [SetUp]
    public async Task StartTwoAsync()
    {
        (near, far) = (new PersistenceHost(Database), new PersistenceHost(Database));
        await AddPlanAsync("default", isDefault: true);
    }

    [TearDown]
    public async Task StopBothAsync()
    {
        await near.DisposeAsync();
        await far.DisposeAsync();
    }

    [Test]
    public async Task Plan_IsTheUsersOwn_ElseTheDefault()
    {
        var (user, other) = (await AddUserAsync(), await AddUserAsync());
        await AssignAsync(user, await AddPlanAsync("own"));

        var plan = await PlanOfAsync(near, user);
        plan!.Terms.Should().BeEquivalentTo(Terms("own", isDefault: false));
        plan.Limits.Should().HaveCount(2, "concurrency is one more limit");
        (await PlanOfAsync(far, user))!.Terms.Should().BeEquivalentTo(plan.Terms);
        (await PlanOfAsync(near, other))!.Name.Should().Be("default");
    }

    [Test]
    public async Task AChangeOfPlan_IsSeenAfterThreeSeconds()
    {
        var user = await AddUserAsync();
        await PlanOfAsync(near, user);
        await PlanOfAsync(far, user);
        await AssignAsync(user, await AddPlanAsync("own"));

        Pass(Kept - TimeSpan.FromTicks(1));
        (await PlanOfAsync(near, user))!.Name.Should().Be("default");
        Pass(TimeSpan.FromTicks(1));

        (await PlanOfAsync(near, user))!.Name.Should().Be("own");
        (await PlanOfAsync(far, user))!.Name.Should().Be("own");
    }

    [Test]
    public async Task ADisabledOrAbsentUser_HasNone()
    {
        var user = await AddUserAsync();
        await PlanOfAsync(near, user);
        await near.InDatabaseAsync(database => database.Profiles.Where(profile => profile.Id == user)
            .ExecuteUpdateAsync(row => row.SetProperty(profile => profile.Disabled, true)));

        Pass(Kept);

        (await PlanOfAsync(near, user)).Should().BeNull();
        (await PlanOfAsync(near, UserId.New(near.Clock.GetUtcNow()))).Should().BeNull();
    }

    [Test]
    public async Task APlanDeletedUnderACachedUser_FallsBackToTheDefault()
    {
        var (early, late) = (await AddUserAsync(), await AddUserAsync());
        var own = await AddPlanAsync("own");
        await AssignAsync(early, own);
        await AssignAsync(late, own);
        await PlanOfAsync(near, early);
        Pass(TimeSpan.FromSeconds(2));
        (await PlanOfAsync(near, late))!.Name.Should().Be("own");

        await AssignAsync(early, null);
        await AssignAsync(late, null);
        await near.InDatabaseAsync(database => database.Plans.Where(plan => plan.Id == own).ExecuteDeleteAsync());
        Pass(TimeSpan.FromSeconds(1));

        // The late user's entry still names the plan, whose own entry has just run out.
        (await PlanOfAsync(near, late))!.Name.Should().Be("default");
    }

    private static PlanTerms Terms(string name, bool isDefault) =>
        new(name, isDefault, Concurrency: 3, ["a", "b"], MaxOutputTokens: 77, [new PlanLimit(QuotaMetric.Tokens, QuotaWindow.Day, 1000)]);

    private static ValueTask<Plan?> PlanOfAsync(PersistenceHost host, UserId user) =>
        host.Services.GetRequiredService<IPlanLookup>().PlanOfAsync(user, default);

    private void Pass(TimeSpan time)
    {
        near.Clock.Advance(time);
        far.Clock.Advance(time);
    }

    private Task<PlanId> AddPlanAsync(string name, bool isDefault = false) => near.InDatabaseAsync(async database =>
    {
        var plan = Plan.Create(Terms(name, isDefault), near.Clock.GetUtcNow()).Value;
        database.Add(plan);
        await database.SaveChangesAsync();
        return plan.Id;
    });

    private Task<int> AssignAsync(UserId user, PlanId? plan) => near.InDatabaseAsync(database =>
        database.Profiles.Where(profile => profile.Id == user).ExecuteUpdateAsync(row => row.SetProperty(profile => profile.PlanId, plan)));
}
