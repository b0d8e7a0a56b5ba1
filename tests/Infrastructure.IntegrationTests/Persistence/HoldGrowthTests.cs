using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Testing.Databases;
using Microsoft.EntityFrameworkCore;
using static CleanLlm.Domain.Quotas.QuotaMetric;
using static CleanLlm.Domain.Quotas.QuotaWindow;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence;

/// <summary>Holds that grow: a prompt of 10 tokens and an answer of up to 2,000, of which 256 are held at first.</summary>
[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class HoldGrowthTests(DatabaseKind kind) : PersistenceTests(kind)
{
    private const int Longest = 2_000;

    private readonly DatabaseKind kind = kind;

    private Question Somebody => new(UserId.New(One.Clock.GetUtcNow()), One.Clock.GetUtcNow()) { Longest = Longest };

    [Test]
    public async Task Grow_HoldsMore_InTheRowAndUnderEveryLimit()
    {
        PlanLimit[] limits = [new(Requests, Minute, 5), new(Tokens, Day, 2_000), new(CostMicros, Month, 100_000), new(Concurrency, Running, 2)];
        var question = Somebody;
        var completion = await question.BeginAsync(One, limits);

        var grown = (await One.Store.GrowAsync(completion, limits, question.Demand, wanted: 600, [], default)).Value;

        grown.Should().BeEquivalentTo(new { CompletionTokens = 600, Bound = 1_990 });
        grown.Holds.Select(hold => hold.Amount).Should().Equal(1, 610, 1_210_000, 1);
        (await HeldAsync(completion.Id)).Should().BeEquivalentTo(grown);
        (await Ledger.CounterAsync(One, question.User, Tokens, Day)).Reserved.Should().Be(610);
        await Ledger.ShouldBalanceAsync(One);

        completion.Grow(grown);
        (await One.Store.CloseAsync(Question.Succeed(completion, question.Now), default)).Should().NotBeNull();
        (await Ledger.CounterAsync(One, question.User, Tokens, Day)).Should().BeEquivalentTo(new { Used = 15, Reserved = 0 });
        await Ledger.ShouldBalanceAsync(One);
    }

    [Test]
    public async Task Grow_WhenOthersHoldTheRest_ChangesNothing_AndDoesOnceTheyEnd()
    {
        PlanLimit limit = new(Tokens, Day, 2 * 266);
        var question = Somebody;
        var (first, second) = (await question.BeginAsync(One, limit), await question.BeginAsync(One, limit));

        (await One.Store.GrowAsync(first, [limit], question.Demand, wanted: 300, [], default)).Error!.Code.Should().Be("quota.reserved");
        (await HeldAsync(first.Id))!.CompletionTokens.Should().Be(256);
        await Ledger.ShouldBalanceAsync(One);
        await One.Store.CloseAsync(Question.Succeed(second, question.Now), default);

        (await One.Store.GrowAsync(first, [limit], question.Demand, wanted: 300, [], default)).Value.CompletionTokens.Should().Be(300);
        (await One.Store.GrowAsync(first, [limit], question.Demand, wanted: 900, [], default)).Value.CompletionTokens.Should().Be(507, "15 are used");
        (await One.Store.GrowAsync(first, [limit], question.Demand, wanted: 900, [], default)).Error!.Code.Should().Be("quota.exceeded");
        await Ledger.ShouldBalanceAsync(One);
    }

    [Test]
    public async Task Grow_WhenThoseThatHoldTheRestArePaused_IsToldThatItIsUsed_UnlessTheyHaveEnded()
    {
        PlanLimit[] limits = [new(Tokens, Day, 3 * 266), new(CostMicros, Month, 100_000)];
        var question = Somebody;
        Completion[] running = [await question.BeginAsync(One, limits), await question.BeginAsync(One, limits), await question.BeginAsync(One, limits)];

        (await GrowAsync(running[1].Id)).Error!.Code.Should().Be("quota.reserved", "the third may give something back");
        (await GrowAsync(running[1].Id, running[2].Id)).Error!.Code.Should().Be("quota.exceeded");
        await One.Store.CloseAsync(Question.Succeed(running[2], question.Now), default);

        // 798 beside 15 that are used and 266 that the second holds to its end.
        (await GrowAsync(running[1].Id, running[2].Id)).Value.CompletionTokens.Should().Be(507);
        await Ledger.ShouldBalanceAsync(One);

        Task<Result<Reservation>> GrowAsync(params CompletionId[] paused) =>
            One.Store.GrowAsync(running[0], limits, question.Demand, wanted: 900, paused, default);
    }

    [Test]
    public async Task Grow_WhenWhatIsStoredIsEnough_GivesThatBack()
    {
        PlanLimit limit = new(Tokens, Day, 1_000);
        var question = Somebody;
        var completion = await question.BeginAsync(One, limit);
        await One.Store.GrowAsync(completion, [limit], question.Demand, wanted: 500, [], default);

        // Its answer was lost, and what it held before is all that is known.
        (await One.Store.GrowAsync(completion, [limit], question.Demand, wanted: 400, [], default)).Value.CompletionTokens.Should().Be(500);

        await Ledger.ShouldBalanceAsync(One);
    }

    [Test]
    public async Task Grow_OfWhatHasEnded_IsRefused()
    {
        PlanLimit limit = new(Tokens, Day, 1_000);
        var question = Somebody;
        var completion = await question.BeginAsync(One, limit);
        await One.Store.CloseAsync(Question.Succeed(completion, question.Now), default);

        (await One.Store.GrowAsync(completion, [limit], question.Demand, wanted: 500, [], default)).Error.Should().Be(CompletionErrors.Interrupted);

        (await HeldAsync(completion.Id)).Should().BeNull();
        (await Ledger.CounterAsync(One, question.User, Tokens, Day)).Reserved.Should().Be(0);
    }

    [Test]
    public async Task CloseUncertain_GivesBackWhatIsStored_OfAGrowthThatIsCommittedMeanwhile([Values] bool isAbandoned)
    {
        PlanLimit limit = new(Tokens, Day, 1_000);
        var question = Somebody;
        var completion = await question.BeginAsync(One, limit);
        var stored = await StoredAsync(completion.Id);
        var closing = Question.Succeed(completion, question.Now);
        // The answer to this was lost, so the closing still says what was held before.
        await One.Store.GrowAsync(stored, [limit], question.Demand, wanted: 500, [], default);
        if (isAbandoned)
            await Database.EndLeasesAsync();

        var closed = isAbandoned ? await Two.Store.CloseAbandonedAsync(closing, default) : await One.Store.CloseUncertainAsync(closing, default);

        closed.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Used = 15, Reserved = 0 });
        (await One.Store.CloseUncertainAsync(closing, default)).Should().BeNull("it is settled once");
        await Ledger.ShouldBalanceAsync(One);
    }

    [Test]
    public async Task Grow_RenewsTheLease_SoThatNobodyGivesBackWhatWasHeldBefore()
    {
        PlanLimit limit = new(Tokens, Day, 1_000);
        var question = Somebody;
        var completion = await question.BeginAsync(One, limit);
        await Database.EndLeasesAsync();
        var abandoned = (await Two.Store.ListAbandonedAsync(question.User, after: null, 10, default)).Should().ContainSingle().Subject;

        await One.Store.GrowAsync(completion, [limit], question.Demand, wanted: 500, [], default);

        (await Two.Store.CloseAbandonedAsync(abandoned.Interrupt(question.Now), default)).Should().BeNull();
        (await Two.Store.ListAbandonedAsync(question.User, after: null, 10, default)).Should().BeEmpty();
        await Ledger.ShouldBalanceAsync(One);
    }

    [Test]
    public async Task GrowingAndClosing_InParallel_NeverPassTheLimit_NorLoseCount()
    {
        PlanLimit[] limits = [new(Tokens, Day, 4_000), new(CostMicros, Month, 100_000), new(Concurrency, Running, 8)];
        var question = Somebody;
        // SQLite is one process's own; PostgreSQL serves several.
        PersistenceHost[] hosts = kind == DatabaseKind.Postgres ? [One, Two] : [One];

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 12).Select(worker => Task.Run(() => WorkAsync(question, hosts[worker % hosts.Length], limits))));

        // Workers that never meet are refused nothing.
        outcomes.SelectMany(outcome => outcome).Should().BeSubsetOf(["quota.reserved", "quota.exceeded", "rate_limit.exceeded"]);
        (await Ledger.CounterAsync(One, question.User, Tokens, Day)).Should().BeEquivalentTo(new { Reserved = 0 })
            .And.Subject.As<QuotaCounter>().Used.Should().BeInRange(1, 4_000);
        await Ledger.ShouldBalanceAsync(One);
    }

    private Task<Completion> StoredAsync(CompletionId id) => One.StoredAsync(id);

    private Task<Reservation?> HeldAsync(CompletionId id) => One.InDatabaseAsync(database =>
        database.Completions.Where(completion => completion.Id == id).Select(completion => completion.Reservation).SingleOrDefaultAsync());

    private static async Task<List<string>> WorkAsync(Question question, PersistenceHost host, PlanLimit[] limits)
    {
        List<string> refusals = [];
        for (var round = 0; round < 8; round++)
        {
            var (completion, admission) = await question.AdmitAsync(host, limits);
            if (!admission.IsSuccess)
            {
                refusals.Add(admission.Error.Code);
                continue;
            }

            for (var wanted = 400; wanted < 1_000; wanted += 200)
            {
                var grown = await host.Store.GrowAsync(completion, limits, question.Demand, wanted, [], default);
                if (grown.IsSuccess)
                    completion.Grow(grown.Value);
                else
                    refusals.Add(grown.Error.Code);
            }

            (await host.Store.CloseAsync(Question.Succeed(completion, question.Now), default)).Should().NotBeNull();
        }

        return refusals;
    }
}
