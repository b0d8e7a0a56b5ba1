using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Usage;
using CleanLlm.Testing.Databases;
using static CleanLlm.Domain.Quotas.QuotaMetric;
using static CleanLlm.Domain.Quotas.QuotaWindow;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence;

/// <summary>One completion runs at a time at each place of a chat, decided in the admission's own transaction.</summary>
[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class BusyBranchTests(DatabaseKind kind) : PersistenceTests(kind)
{
    private static readonly PlanLimit[] Limits = [new(Requests, Day, 1000), new(Tokens, Day, 100_000)];

    private readonly DatabaseKind kind = kind;

    // SQLite is one process's own; PostgreSQL serves several.
    private PersistenceHost[] Hosts => kind == DatabaseKind.Postgres ? [One, Two] : [One];

    // The second case has no room for the longest answer, which takes the step-by-step way on PostgreSQL too.
    private static IEnumerable<PlanLimit[]> EitherWay => [Limits, [new(Requests, Day, 1000), new(Tokens, Day, 20_000)]];

    [TestCaseSource(nameof(EitherWay))]
    public async Task Admit_WhereOneRuns_NamesIt_AndReservesNothing(PlanLimit[] limits)
    {
        var question = await AskAsync();
        var running = await question.BeginAsync(One, limits);
        var before = await ReservedAsync();

        var (_, admission) = await question.AdmitAsync(Hosts[^1], limits);

        admission.Error.Should().BeEquivalentTo(new { Code = "chat.busy", Kind = ErrorKind.Conflict, CompletionId = running.Id.Value });
        (await ReservedAsync()).Should().Be(before);
        (await Database.ScalarAsync("SELECT count(*) FROM completions")).Should().Be(1);
        await Ledger.ShouldBalanceAsync(One);
    }

    [Test]
    public async Task Admit_NearTheLimit_WhereOneRuns_NamesIt()
    {
        var question = await AskAsync();
        var running = await question.BeginAsync(One, new PlanLimit(Tokens, Day, 70));

        // A whole answer does not fit, so the fast way is not even tried on PostgreSQL.
        (await question.AdmitAsync(One, new PlanLimit(Tokens, Day, 45))).Admission.Error!.CompletionId.Should().Be(running.Id.Value);
        (await (question with { Now = question.Now.AddDays(1) }).AdmitAsync(One, new PlanLimit(Tokens, Day, 45))).Admission.Error!.CompletionId
            .Should().Be(running.Id.Value);
        await Ledger.ShouldBalanceAsync(One);
    }

    [Test]
    public async Task Admit_NearTheLimit_WhereOneRuns_NeedsNoSecondConnection()
    {
        await using var narrow = new PersistenceHost(Database, connections: 1);
        var question = await AskAsync();
        var running = await question.BeginAsync(One, Limits);

        (await (question with { Now = question.Now.AddDays(1) }).AdmitAsync(narrow, new PlanLimit(Tokens, Day, 45))).Admission.Error!.CompletionId
            .Should().Be(running.Id.Value);
    }

    [Test]
    public async Task Admit_WhereOneRunsAndNoPlaceIsLeft_SaysThatTheBranchIsBusy()
    {
        PlanLimit[] one = [new(Concurrency, Running, 1)];
        var question = await AskAsync();
        await question.BeginAsync(One, one);

        (await question.AdmitAsync(One, one)).Admission.Error!.Code.Should().Be("chat.busy");
        (await (await AskAsync(question.User)).AdmitAsync(One, one)).Admission.Error!.Code.Should().Be("rate_limit.exceeded");
    }

    [Test]
    public async Task Admit_Of20AtOnce_AdmitsExactlyOne()
    {
        var question = await AskAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => question.AdmitAsync(Hosts[i % Hosts.Length], Limits))));

        var running = outcomes.Single(outcome => outcome.Admission.IsSuccess).Completion;
        outcomes.Where(outcome => !outcome.Admission.IsSuccess).Should().HaveCount(19)
            .And.OnlyContain(outcome => outcome.Admission.Error!.Code == "chat.busy" && outcome.Admission.Error!.CompletionId == running.Id.Value);
        await Ledger.ShouldBalanceAsync(One);
    }

    [TestCase("succeeded")]
    [TestCase("failed")]
    [TestCase("cancelled")]
    [TestCase("interrupted")]
    public async Task Closing_FreesThePlaceAtOnce(string how)
    {
        var question = await AskAsync();
        var completion = await question.BeginAsync(One, Limits);
        var none = new TokenCount(0, 0, UsageBasis.Partial);

        await One.Store.CloseAsync(
            how switch
            {
                "succeeded" => Question.Succeed(completion, question.Now),
                "failed" => completion.Fail(CompletionErrors.TimedOut, "", none, question.Now),
                "cancelled" => completion.Cancel("", none, modelWasAsked: false, question.Now),
                _ => completion.Interrupt(question.Now),
            },
            default);

        (await question.AdmitAsync(One, Limits)).Admission.IsSuccess.Should().BeTrue();
    }

    [Test]
    public async Task OtherPlaces_AreNotConcerned()
    {
        var first = await AskAsync();
        var answered = (await first.AnswerAsync(One, "answer")).Turn!;
        await first.BeginAsync(One, Limits);

        (await (first with { Parent = answered.AnswerId }).AdmitAsync(One, Limits)).Admission.IsSuccess.Should().BeTrue("it is another branch");
        (await (first with { Regenerated = answered.QuestionId }).AdmitAsync(One, Limits)).Admission.IsSuccess.Should().BeTrue("it is another place");
        (await (first with { Regenerated = answered.QuestionId }).AdmitAsync(One, Limits)).Admission.Error!.Code.Should().Be("chat.busy");
        (await (await AskAsync(first.User)).AdmitAsync(One, Limits)).Admission.IsSuccess.Should().BeTrue("it is another chat");
        await new Question(first.User, first.Now).BeginAsync(One, Limits);
        await new Question(first.User, first.Now).BeginAsync(One, Limits);
    }

    [TestCaseSource(nameof(EitherWay))]
    public async Task Admit_WhenTheEndThatWasReadHasMoved_IsRefused_AndReservesNothing(PlanLimit[] limits)
    {
        var first = await AskAsync() with { FollowsLeaf = true };
        var answer = (await first.AnswerAsync(One, "answer", limits)).Turn!.AnswerId;
        var before = await ReservedAsync();

        (await first.AdmitAsync(One, limits)).Admission.Error.Should().Be(ChatErrors.Moved);

        (await ReservedAsync()).Should().Be(before);
        (await (first with { FollowsLeaf = false }).AdmitAsync(One, limits)).Admission.IsSuccess.Should().BeTrue("its caller named the place");
        (await (first with { Parent = answer }).AdmitAsync(One, limits)).Admission.IsSuccess.Should().BeTrue();
        await Ledger.ShouldBalanceAsync(One);
    }

    [Test]
    public async Task Admit_WithoutLimits_SeesThatTheEndHasMoved()
    {
        var first = await AskAsync() with { FollowsLeaf = true };
        await first.AnswerAsync(One, "answer");

        (await first.AdmitAsync(One)).Admission.Error.Should().Be(ChatErrors.Moved);
        (await Database.ScalarAsync("SELECT count(*) FROM completions WHERE status = 2")).Should().Be(0);
    }

    [Test]
    public async Task AdmittingWhileTheSamePlaceIsClosed_NeitherDeadlocksNorLosesAMessage()
    {
        var question = await AskAsync() with { FollowsLeaf = true };
        // Some without room for the longest answer, so that both ways meet on PostgreSQL.
        PlanLimit[] narrow = [new(Requests, Day, 1000), new(Tokens, Day, 1_500)];

        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() => WorkAsync(question, worker, worker % 2 == 0 ? Limits : narrow))));

        await Ledger.ShouldBalanceAsync(One);
        var answered = await Database.ScalarAsync("SELECT count(*) FROM usage_ledger");
        answered.Should().BePositive();
        // No two questions hang below the same message: each was asked at the end that its chat then had.
        (await Database.ScalarAsync("SELECT count(*) FROM messages")).Should().Be(answered * 2);
        (await Database.ScalarAsync("SELECT count(*) FROM (SELECT parent_id FROM messages GROUP BY parent_id HAVING count(*) > 1) AS forks")).Should().Be(0);
    }

    private async Task WorkAsync(Question question, int worker, PlanLimit[] limits)
    {
        for (var round = 0; round < 20; round++)
        {
            var host = Hosts[(worker + round) % Hosts.Length];
            var leaf = await host.InScopeAsync<Application.Chats.IChatQueries, MessageId?>(
                async chats => (await chats.FindAsync(question.Chat!.Value, question.User, default))!.ActiveLeafId);
            var (completion, admission) = await (question with { Parent = leaf }).AdmitAsync(host, limits);
            if (admission.IsSuccess)
                (await host.Store.CloseAsync(Question.Succeed(completion, question.Now), default)).Should().NotBeNull();
            else
                admission.Error!.Code.Should().BeOneOf("chat.busy", "request.conflict", "quota.exceeded", "quota.reserved");
        }
    }

    private Task<long> ReservedAsync() => Database.ScalarAsync("SELECT coalesce(sum(reserved), 0) FROM quota_counters");

    private async Task<Question> AskAsync(UserId? user = null)
    {
        var asker = user ?? await AddUserAsync();
        return new Question(asker, One.Clock.GetUtcNow()) { Chat = await AddChatAsync(asker) };
    }
}
