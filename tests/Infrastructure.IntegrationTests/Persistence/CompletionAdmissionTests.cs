using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Testing.Databases;
using Microsoft.EntityFrameworkCore;
using static CleanLlm.Domain.Quotas.QuotaMetric;
using static CleanLlm.Domain.Quotas.QuotaWindow;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence;

[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class CompletionAdmissionTests(DatabaseKind kind) : PersistenceTests(kind)
{
    private readonly DatabaseKind kind = kind;

    private Question Somebody => new(UserId.New(One.Clock.GetUtcNow()), One.Clock.GetUtcNow());

    [Test]
    public async Task Admit_HoldsUnderEveryLimit_AndStoresTheRunningCompletion()
    {
        PlanLimit[] limits = [new(Requests, Minute, 5), new(Tokens, Day, 1000), new(CostMicros, Month, 1000), new(Concurrency, Running, 2)];

        var (completion, admission) = await Somebody.AdmitAsync(One, limits);

        admission.Value.Select(counter => (counter.Metric, counter.Window, counter.Used, counter.Reserved)).Should().Equal(
            (Requests, Minute, 0, 1), (Tokens, Day, 0, 50), (CostMicros, Month, 0, 90_000), (Concurrency, Running, 0, 1));
        var stored = await One.StoredAsync(completion.Id);
        stored.Should().BeEquivalentTo(completion, options => options.Excluding(row => row.LeaseExpiresAt));
        await Ledger.ShouldBalanceAsync(One);
    }

    [Test]
    public async Task Counters_AreThoseOfTheCurrentPeriods_WithWhatIsReserved()
    {
        PlanLimit[] limits = [new(Requests, Minute, 5), new(Tokens, Day, 1000)];
        var question = Somebody;
        (await One.Store.CountersAsync(question.User, limits, question.Now, default)).Should().BeEmpty();

        var (_, admission) = await question.AdmitAsync(One, limits);

        (await One.Store.CountersAsync(question.User, limits, question.Now, default)).Should().BeEquivalentTo(admission.Value);
        (await One.Store.CountersAsync(question.User, limits, question.Now.AddDays(40), default)).Should().BeEmpty();
    }

    [Test]
    public async Task Admit_WithoutLimits_Admits()
    {
        var (_, admission) = await Somebody.AdmitAsync(One);

        admission.Value.Should().BeEmpty();
    }

    [Test]
    public async Task Admit_Of200AtOnceWithABudgetFor10_AdmitsExactly10()
    {
        PlanLimit[] limits = [new(Requests, Day, 1000), new(Tokens, Day, 10 * Question.Tokens)];
        var question = Somebody with { LengthIsSet = true };
        // SQLite is one process's own; PostgreSQL serves several.
        PersistenceHost[] hosts = kind == DatabaseKind.Postgres ? [One, Two] : [One];

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => question.AdmitAsync(hosts[i % hosts.Length], limits))));

        var admitted = outcomes.Where(outcome => outcome.Admission.IsSuccess).Select(outcome => outcome.Completion).ToList();
        admitted.Should().HaveCount(10);
        outcomes.Where(outcome => !outcome.Admission.IsSuccess).Should().OnlyContain(outcome => outcome.Admission.Error!.Code == "quota.reserved");
        (await Ledger.CounterAsync(One, question.User, Tokens, Day)).Reserved.Should().Be(500);
        await Ledger.ShouldBalanceAsync(One);

        await Task.WhenAll(admitted.Select((completion, i) => hosts[i % hosts.Length].Store.CloseAsync(
            Question.Succeed(completion, question.Now), default)));
        (await Ledger.CounterAsync(One, question.User, Tokens, Day)).Should().BeEquivalentTo(new { Used = 150, Reserved = 0 });
        (await Ledger.CounterAsync(One, question.User, Requests, Day)).Should().BeEquivalentTo(new { Used = 10, Reserved = 0 });
        (await Database.ScalarAsync("SELECT count(*) FROM usage_ledger")).Should().Be(10);
        await Ledger.ShouldBalanceAsync(One);
    }

    [Test]
    public async Task Admit_WhenOneLimitRefuses_ReservesUnderNone([Values] bool countersExist)
    {
        PlanLimit[] generous = [new(Requests, Day, 100), new(Tokens, Day, 1000), new(CostMicros, Day, 1000)];
        var question = Somebody with { LengthIsSet = true };
        if (countersExist)
            await question.AnswerAsync(One, "first", generous);

        var (_, admission) = await question.AdmitAsync(One, new(Requests, Day, 100), new(Tokens, Day, 1000), new(CostMicros, Day, countersExist ? 29 : 9));

        admission.Error!.Limit!.Metric.Should().Be("costMicros");
        (await Database.ScalarAsync("SELECT sum(reserved) FROM quota_counters")).Should().Be(0);
        (await Database.ScalarAsync("SELECT count(*) FROM completions WHERE status = 2")).Should().Be(0);
    }

    [Test]
    public async Task Admit_WhenLessIsLeft_ShortensTheAnswer([Values] bool countersExist, [Values] bool lengthIsSet)
    {
        var question = Somebody with { LengthIsSet = lengthIsSet };
        if (countersExist)
            await question.AnswerAsync(One, "first", new PlanLimit(Tokens, Day, 1000));
        var used = countersExist ? 15 : 0;

        var completion = await question.BeginAsync(One, new PlanLimit(Tokens, Day, used + 30));

        completion.Reservation!.CompletionTokens.Should().Be(20);
        (await Ledger.CounterAsync(One, question.User, Tokens, Day)).Reserved.Should().Be(30);
        (await question.AdmitAsync(One, new PlanLimit(Tokens, Day, used + 30))).Admission.Error!.Code.Should().Be("quota.reserved");
        await Ledger.ShouldBalanceAsync(One);
    }

    [TestCase(8_000, false, 990)]
    [TestCase(7_999, false, 989)]
    [TestCase(8_015, true, 990)]
    [TestCase(8_014, true, 989)]
    [TestCase(500, false, 256)]
    public async Task Admit_OfALongAnswer_HoldsItWholeOnlyWhereEightOfItAreFree(long limit, bool countersExist, int held)
    {
        var question = Somebody with { Longest = 990 };
        // Of which 15 are used.
        if (countersExist)
            await question.AnswerAsync(One, "first", new PlanLimit(Tokens, Day, limit));

        var completion = await question.BeginAsync(One, new PlanLimit(Tokens, Day, limit));

        completion.Reservation.Should().BeEquivalentTo(new { CompletionTokens = held, Bound = Math.Min(990, limit - 10) });
        var stored = await One.StoredAsync(completion.Id);
        stored.Reservation.Should().BeEquivalentTo(completion.Reservation);
        await Ledger.ShouldBalanceAsync(One);
    }

    [Test]
    public async Task Admit_InTheNextPeriod_StartsAtZero()
    {
        PlanLimit day = new(Requests, Day, 1);
        var today = Somebody;
        await today.AnswerAsync(One, "first", day);

        (await today.AdmitAsync(One, day)).Admission.Error!.RetryAfter.Should().Be(TimeSpan.FromHours(12));
        var (_, tomorrow) = await (today with { Now = today.Now.AddHours(12) }).AdmitAsync(One, day);

        tomorrow.Value.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Used = 0, Reserved = 1 });
    }

    [Test]
    public async Task Concurrency_IsFreedByClosing()
    {
        PlanLimit two = new(Concurrency, Running, 2);
        var question = Somebody;
        var first = await question.BeginAsync(One, two);
        await question.BeginAsync(One, two);

        (await question.AdmitAsync(One, two)).Admission.Error!.Code.Should().Be("rate_limit.exceeded");
        await One.Store.CloseAsync(Question.Succeed(first, question.Now), default);

        (await question.AdmitAsync(One, two)).Admission.IsSuccess.Should().BeTrue();
        (await Ledger.CounterAsync(One, question.User, Concurrency, Running)).Should().BeEquivalentTo(new { Used = 0, Reserved = 2 });
    }

    [Test]
    public async Task Admit_OfOneUser_IsNothingToAnother()
    {
        PlanLimit one = new(Requests, Day, 1);
        await Somebody.BeginAsync(One, one);

        (await Somebody.AdmitAsync(One, one)).Admission.IsSuccess.Should().BeTrue();
    }

    [Test]
    public async Task ReservingAndClosing_InParallel_NeitherDeadlocksNorLosesCount()
    {
        PlanLimit[] limits = [new(Requests, Day, 150), new(Tokens, Minute, 500), new(Tokens, Day, 1500), new(Concurrency, Running, 6)];
        var question = Somebody;
        PersistenceHost[] hosts = kind == DatabaseKind.Postgres ? [One, Two] : [One];

        await Task.WhenAll(Enumerable.Range(0, 12).Select(worker => Task.Run(() => WorkAsync(question, hosts, worker, limits))));

        await Ledger.ShouldBalanceAsync(One);
        (await Database.ScalarAsync("SELECT sum(reserved) FROM quota_counters")).Should().Be(0);
        foreach (var limit in limits)
            (await CountersAsync(question, limit)).Should().OnlyContain(counter => counter.Used <= limit.Amount);
        (await Database.ScalarAsync("SELECT count(*) FROM usage_ledger")).Should().BePositive();
    }

    private static async Task WorkAsync(Question question, PersistenceHost[] hosts, int worker, PlanLimit[] limits)
    {
        for (var round = 0; round < 12; round++)
        {
            // Every fourth round in another minute, so that new counters are made between the others' statements.
            var now = question.Now.AddMinutes(round / 4);
            var (completion, admission) = await (question with { Now = now }).AdmitAsync(hosts[(worker + round) % hosts.Length], limits);
            if (!admission.IsSuccess)
                continue;

            var closing = worker % 3 == 0 ? completion.Interrupt(now) : Question.Succeed(completion, now);
            (await hosts[worker % hosts.Length].Store.CloseAsync(closing, default)).Should().NotBeNull();
        }
    }

    private Task<List<QuotaCounter>> CountersAsync(Question question, PlanLimit limit) => One.InDatabaseAsync(database =>
        database.QuotaCounters.AsNoTracking()
            .Where(counter => counter.SubjectId == QuotaSubjectId.Of(question.User, null) && counter.Metric == limit.Metric && counter.Window == limit.Window)
            .ToListAsync());
}
