using CleanLlm.Application.Administration;
using CleanLlm.Domain.Quotas;
using CleanLlm.Infrastructure.IntegrationTests.Identity;
using CleanLlm.Infrastructure.Persistence;
using CleanLlm.Testing.Databases;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.IntegrationTests.Administration;

/// <summary>Exactly one plan is the default one, also after simultaneous changes.</summary>
[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class DefaultPlanTests(DatabaseKind kind) : AccountsTests(kind)
{
    [SetUp]
    public Task RemovePlansAsync() => Database.ExecuteAsync("DELETE FROM plans");

    [TestCase(true)]
    [TestCase(false)]
    public async Task APlanThatWasReadAsTheDefault_AndIsNoMore_LeavesOneDefault(bool staysDefault)
    {
        var first = await AddAsync("first", isDefault: true);
        var second = await AddAsync("second", isDefault: false);

        var outcome = await One.InScopeAsync<IPlanRepository, bool>(async plans =>
        {
            var stale = (await plans.FindAsync(first, default))!;
            (await ChangeAsync(second, "second", isDefault: true)).Should().BeTrue();
            stale.Change(Terms("renamed", staysDefault));
            return await plans.SaveAsync(stale, default) is null;
        });

        outcome.Should().BeTrue();
        (await DefaultsAsync()).Should().Equal(staysDefault ? "renamed" : "second");
    }

    [Test]
    public async Task WithoutAnotherOne_TheDefaultStays()
    {
        var only = await AddAsync("only", isDefault: true);

        (await ChangeAsync(only, "only", isDefault: false)).Should().BeFalse();

        (await DefaultsAsync()).Should().Equal("only");
    }

    private static PlanTerms Terms(string name, bool isDefault) => new(name, isDefault, Concurrency: null, [], MaxOutputTokens: null, []);

    private Task<List<string>> DefaultsAsync() =>
        Two.InScopeAsync<AppDbContext, List<string>>(database => database.Plans.Where(plan => plan.IsDefault).Select(plan => plan.Name).ToListAsync());

    private Task<Domain.Ids.PlanId> AddAsync(string name, bool isDefault) => One.InScopeAsync<IPlanRepository, Domain.Ids.PlanId>(async plans =>
    {
        var plan = Plan.Create(Terms(name, isDefault), One.Clock.GetUtcNow()).Value;
        (await plans.SaveAsync(plan, default)).Should().BeNull();
        return plan.Id;
    });

    private Task<bool> ChangeAsync(Domain.Ids.PlanId id, string name, bool isDefault) => Two.InScopeAsync<IPlanRepository, bool>(async plans =>
    {
        var plan = (await plans.FindAsync(id, default))!;
        plan.Change(Terms(name, isDefault));
        return await plans.SaveAsync(plan, default) is null;
    });
}
