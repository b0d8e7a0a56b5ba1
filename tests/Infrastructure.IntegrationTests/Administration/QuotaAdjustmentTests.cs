using CleanLlm.Application.Administration;
using CleanLlm.Application.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Infrastructure.IntegrationTests.Identity;
using CleanLlm.Infrastructure.IntegrationTests.Persistence;
using CleanLlm.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;
using static CleanLlm.Domain.Quotas.QuotaMetric;
using static CleanLlm.Domain.Quotas.QuotaWindow;

namespace CleanLlm.Infrastructure.IntegrationTests.Administration;

[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class QuotaAdjustmentTests(DatabaseKind kind) : AccountsTests(kind)
{
    private const int Limit = 10;
    private const int Askers = 60;

    private readonly DatabaseKind kind = kind;

    [Test]
    public async Task AGrant_AdmitsExactlySoMuchMore_AndATakingExactlySoMuchLess([Values(7, -4, -10, -50)] int amount, [Values] bool before)
    {
        var user = Somebody();
        PlanLimit limit = new(Requests, Day, Limit);
        if (before)
            await GrantAsync(user, limit, amount);
        else
            (await AdmitManyAsync(user, 3, limit)).Should().Be(3);
        if (!before)
            await GrantAsync(user, limit, amount);

        var admitted = await AdmitManyAsync(user, Askers, limit) + (before ? 0 : 3);

        admitted.Should().Be(Math.Max(before ? 0 : 3, Limit + amount));
        await TestContext.Out.WriteLineAsync($"{kind}: limit {Limit}, adjusted by {amount}: {admitted} of {Askers} at once admitted");
    }

    [Test]
    public async Task AGrant_CountsAlso_WhereOneRequestAloneIsAboveThePlansLimit()
    {
        var user = Somebody();
        // The prompt alone has 10.
        PlanLimit limit = new(Tokens, Month, 5);
        (await AdmitManyAsync(user, 1, limit)).Should().Be(0);

        await GrantAsync(user, limit, (2 * Question.Tokens) - 5);

        (await AdmitManyAsync(user, Askers, limit)).Should().Be(2);
    }

    [Test]
    public async Task Grants_AddUp_AlsoAtOnceAndWhileOthersAreAdmitted()
    {
        var user = Somebody();
        PlanLimit limit = new(Requests, Day, 1_000);

        var admitting = AdmitManyAsync(user, 20, limit);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => GrantAsync(user, limit, i % 2 == 0 ? 10 : -1))));

        (await admitting).Should().Be(20);
        (await GrantAsync(user, limit, 1)).Should().BeEquivalentTo(new { Granted = 91, Reserved = 20, Used = 0 });
    }

    [Test]
    public async Task AGrant_BeyondWhatCanBeCounted_ChangesNothing()
    {
        var user = Somebody();
        PlanLimit limit = new(Requests, Day, 1);

        (await GrantAsync(user, limit, PlanLimit.MaxAmount)).Should().BeNull();
        (await GrantAsync(user, limit with { Amount = long.MaxValue }, 1)).Should().BeNull();

        (await GrantAsync(user, limit, 1))!.Granted.Should().Be(1);
    }

    [Test]
    public async Task ARefusal_NamesTheLimitAsItStands()
    {
        var user = Somebody();
        PlanLimit limit = new(Requests, Day, Limit);
        await GrantAsync(user, limit, -Limit);

        (await AdmitAsync(user, limit)).Error!.Limit!.Limit.Should().Be(0);
    }

    private UserId Somebody() => UserId.New(One.Clock.GetUtcNow());

    private Task<QuotaCounter?> GrantAsync(UserId user, PlanLimit limit, long amount) => Two.InScopeAsync<IQuotaAdjustments, QuotaCounter?>(
        adjustments => adjustments.GrantAsync(user, limit, amount, One.Clock.GetUtcNow(), default));

    private async Task<int> AdmitManyAsync(UserId user, int times, PlanLimit limit)
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, times).Select(_ => Task.Run(() => AdmitAsync(user, limit))));
        return outcomes.Count(outcome => outcome.IsSuccess);
    }

    private Task<Domain.Results.Result<IReadOnlyList<QuotaCounter>>> AdmitAsync(UserId user, PlanLimit limit)
    {
        var completion = new Question(user, One.Clock.GetUtcNow()).Start();
        return One.Services.GetRequiredService<ICompletionStore>().AdmitAsync(
            completion, [limit], new QuotaDemand(10, 40, LengthIsSet: true, completion.Price), default);
    }
}
