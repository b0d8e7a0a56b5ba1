using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Usage;
using CleanLlm.Testing.Databases;
using Microsoft.EntityFrameworkCore;
using static CleanLlm.Domain.Quotas.QuotaMetric;
using static CleanLlm.Domain.Quotas.QuotaWindow;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence;

[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class CompletionClosingTests(DatabaseKind kind) : PersistenceTests(kind)
{
    private static readonly PlanLimit[] Limits = [new(Requests, Day, 100), new(Tokens, Day, 10_000), new(CostMicros, Month, 10_000)];

    private readonly DatabaseKind kind = kind;

    private Question Somebody => new(UserId.New(One.Clock.GetUtcNow()), One.Clock.GetUtcNow());

    [Test]
    public async Task Close_StoresTheEnd_SettlesAndWritesTheLedger()
    {
        var question = Somebody;
        var completion = await question.BeginAsync(One, Limits);
        var end = question.Now.AddSeconds(3);

        var settled = await One.Store.CloseAsync(Question.Succeed(completion, end), default);

        settled!.Select(counter => (counter.Metric, counter.Used, counter.Reserved)).Should().Equal(
            (Requests, 1, 0), (Tokens, 15, 0), (CostMicros, 20_000, 0));
        (await StoredAsync(completion)).Should().BeEquivalentTo(completion).And.BeEquivalentTo(new
        {
            Status = CompletionStatus.Succeeded,
            Prompt = "hello",
            Answer = "answer",
            CostNanos = 20000L,
            Reservation = (Reservation?)null,
            LeaseExpiresAt = (DateTimeOffset?)null,
            FinishedAt = end,
        });
        (await LedgerAsync()).Should().Equal(
            new UsageEntry(completion.Id, question.User, "model", "upstream", 10, 5, 20_000, "v1", UsageBasis.Reported, question.Now));
        (await Ledger.CounterAsync(One, question.User, Tokens, Day)).Should().BeEquivalentTo(new { Used = 15, Reserved = 0 });
        await Ledger.ShouldBalanceAsync(One);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Close_KeepsClassesOfTokens_AndReasoningWhereItIsWanted(bool keepsReasoning)
    {
        var question = Somebody with { StoreReasoning = keepsReasoning };
        var completion = await question.BeginAsync(One, Limits);
        completion.Reasons("Hmm.");
        var tokens = new TokenCount(10, 5, UsageBasis.Reported) { CachedPromptTokens = 6, CacheWriteTokens = 3, ReasoningTokens = 4 };

        await One.Store.CloseAsync(completion.Succeed("answer", tokens, FinishReason.Stop, question.Now), default);

        (await StoredAsync(completion)).Should().BeEquivalentTo(
            new { CachedPromptTokens = 6, ReasoningTokens = 4, Reasoning = keepsReasoning ? "Hmm." : null });
        (await LedgerAsync()).Should().ContainSingle().Which.Should().BeEquivalentTo(new { CachedPromptTokens = 6, CacheWriteTokens = 3, ReasoningTokens = 4 });
    }

    [Test]
    public async Task Close_OfAFailureWithoutOutput_ChargesNothing()
    {
        var question = Somebody;
        var completion = await question.BeginAsync(One, Limits);

        await One.Store.CloseAsync(completion.Fail(CompletionErrors.Fault, "", new TokenCount(10, 0, UsageBasis.Partial), question.Now), default);

        (await StoredAsync(completion)).Should().BeEquivalentTo(new { Status = CompletionStatus.Failed, ErrorCode = "server.error", CostNanos = 0L });
        (await LedgerAsync()).Should().BeEmpty();
        (await Database.ScalarAsync("SELECT sum(used + reserved) FROM quota_counters")).Should().Be(0);
    }

    [Test]
    public async Task Close_Twice_ChangesNothingMore()
    {
        var question = Somebody;
        var completion = await question.BeginAsync(One, Limits);
        var other = await StoredAsync(completion);
        await One.Store.CloseAsync(Question.Succeed(completion, question.Now), default);

        (await One.Store.CloseAsync(other.Interrupt(question.Now), default)).Should().BeNull();

        (await StoredAsync(completion)).Should().BeEquivalentTo(completion);
        (await LedgerAsync()).Should().ContainSingle();
        await Ledger.ShouldBalanceAsync(One);
    }

    [Test]
    public async Task Close_ByManyAtOnce_SucceedsForOne()
    {
        var question = Somebody;
        var completion = await question.BeginAsync(One, Limits);
        var closing = Question.Succeed(completion, question.Now);
        PersistenceHost[] hosts = kind == DatabaseKind.Postgres ? [One, Two] : [One];

        var closed = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => hosts[i % hosts.Length].Store.CloseAsync(closing, default))));

        closed.Count(one => one is not null).Should().Be(1);
        (await LedgerAsync()).Should().ContainSingle();
        await Ledger.ShouldBalanceAsync(One);
    }

    [Test]
    public async Task Close_AfterThePeriodHasEnded_SettlesWhereItWasReserved()
    {
        var march = new DateTimeOffset(2026, 3, 31, 23, 59, 59, TimeSpan.Zero);
        var question = Somebody with { Now = march };
        var completion = await question.BeginAsync(One, Limits);

        await One.Store.CloseAsync(Question.Succeed(completion, march.AddSeconds(2)), default);

        var counters = await One.InDatabaseAsync(database => database.QuotaCounters.AsNoTracking().ToListAsync());
        counters.Should().HaveCount(3).And.OnlyContain(counter => counter.PeriodStart.Month == 3 && counter.Used > 0 && counter.Reserved == 0);
        await Ledger.ShouldBalanceAsync(One);
    }

    [Test]
    public async Task Close_InAChat_AddsTheExchange_AndMovesTheLeaf()
    {
        var question = await InChatAsync();
        var completion = await question.BeginAsync(One, Limits);
        var end = question.Now.AddSeconds(3);

        await One.Store.CloseAsync(Question.Succeed(completion, end), default);

        var turn = completion.Turn!;
        (await ChatAsync(question.Chat!.Value)).Should().BeEquivalentTo(new { ActiveLeafId = turn.AnswerId, MessageCount = 2, UpdatedAt = end });
        var messages = await One.MessagesAsync(question.User);
        messages.Should().BeEquivalentTo(
            new object[]
            {
                new { Id = turn.QuestionId, ParentId = (MessageId?)null, Role = MessageRole.User, Content = "hello", Model = (string?)null, CreatedAt = question.Now },
                new { Id = turn.AnswerId, ParentId = turn.QuestionId, Role = MessageRole.Assistant, Content = "answer", Model = "model", CreatedAt = end },
            },
            options => options.WithStrictOrdering());
        messages[1].Should().BeEquivalentTo(new { PromptTokens = 10, CompletionTokens = 5 });
        (await StoredAsync(completion)).Should().BeEquivalentTo(new { Prompt = (string?)null, Answer = (string?)null });
    }

    [Test]
    public async Task Close_OfManyInOneChat_CountsAllTheirMessages()
    {
        var question = await InChatAsync();
        var completions = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => (question with { Parent = MessageId.New(question.Now) }).BeginAsync(One, Limits)));

        await Task.WhenAll(completions.Select(completion => Task.Run(() => One.Store.CloseAsync(Question.Succeed(completion, question.Now), default))));

        var chat = await ChatAsync(question.Chat!.Value);
        chat.MessageCount.Should().Be(20);
        completions.Select(completion => completion.Turn!.AnswerId).Should().Contain(chat.ActiveLeafId!.Value);
        await Ledger.ShouldBalanceAsync(One);
    }

    [Test]
    public async Task Close_WhenTheChatIsGone_ChargesButKeepsNoMessage()
    {
        var question = await InChatAsync();
        var completion = await question.BeginAsync(One, Limits);
        await Database.ExecuteAsync("DELETE FROM chats");

        (await One.Store.CloseAsync(Question.Succeed(completion, question.Now), default)).Should().NotBeNull();

        (await Database.ScalarAsync("SELECT count(*) FROM messages")).Should().Be(0);
        (await LedgerAsync()).Should().ContainSingle();
    }

    [Test]
    public async Task Close_WhenTheCompletionWasErased_ChangesNothing()
    {
        var question = await InChatAsync();
        var completion = await question.BeginAsync(One, Limits);
        await Database.ExecuteAsync("DELETE FROM completions");
        await Database.ExecuteAsync("DELETE FROM running_completions");
        await Database.ExecuteAsync("UPDATE quota_counters SET reserved = 0");

        (await One.Store.CloseAsync(Question.Succeed(completion, question.Now), default)).Should().BeNull();

        (await LedgerAsync()).Should().BeEmpty();
        (await Database.ScalarAsync("SELECT count(*) FROM messages")).Should().Be(0);
        (await Database.ScalarAsync("SELECT sum(used + reserved) FROM quota_counters")).Should().Be(0);
    }

    [Test]
    public async Task Checkpoint_IsStoredWhileItRuns_AndNotAfterwards()
    {
        var question = Somebody;
        var completion = await question.BeginAsync(One, Limits);
        await Database.EndLeasesAsync();

        (await One.Store.RenewAsync(completion.Checkpoint("ans", new TokenCount(0, 2, UsageBasis.Partial)))).Should().Equal(completion.Id);
        (await StoredAsync(completion)).Should().BeEquivalentTo(new { Answer = "ans", CompletionTokens = 2 });
        (await Two.Store.ListAbandonedAsync(user: null, after: null, 10, default)).Should().BeEmpty("its lease is renewed");

        var late = completion.Checkpoint("late", new TokenCount(0, 9, UsageBasis.Partial));
        await One.Store.CloseAsync(Question.Succeed(completion, question.Now), default);
        (await One.Store.RenewAsync(late)).Should().BeEmpty();
        (await StoredAsync(completion)).Should().BeEquivalentTo(completion);
    }

    [Test]
    public async Task Sweep_OfACrash_KeepsAndChargesWhatTheCheckpointSaw([Values] bool store)
    {
        var question = (await InChatAsync()) with { Store = store };
        var completion = await question.BeginAsync(One, Limits);
        await One.Store.RenewAsync(completion.Checkpoint("ans", new TokenCount(0, 2, UsageBasis.Partial)));
        await Database.EndLeasesAsync();

        (await Two.Abandoned.CloseAsync(default)).Should().Be(1);

        (await StoredAsync(completion)).Should().BeEquivalentTo(
            new { Status = CompletionStatus.Failed, ErrorCode = "completion.interrupted", PromptTokens = 10, CompletionTokens = 2, CostNanos = 14000L });
        (await LedgerAsync()).Should().ContainSingle().Which.Basis.Should().Be(UsageBasis.Partial);
        ((await One.MessagesAsync(question.User)).LastOrDefault()?.Content ?? "").Should().Be(store ? "ans" : "");
        await Ledger.ShouldBalanceAsync(One);
    }

    [Test]
    public async Task Sweep_OfOneThatWasRenewedSinceItWasListed_LeavesItAlone()
    {
        var completion = await Somebody.BeginAsync(One, Limits);
        await Database.EndLeasesAsync();
        var listed = (await Two.Store.ListAbandonedAsync(user: null, after: null, 10, default)).Should().ContainSingle().Subject;
        await One.Store.RenewAsync(completion.Checkpoint("ans", new TokenCount(0, 2, UsageBasis.Partial)));

        (await Two.Store.CloseAbandonedAsync(listed.Interrupt(Two.Clock.GetUtcNow()), default)).Should().BeNull();

        (await StoredAsync(completion)).Should().BeEquivalentTo(new { Status = CompletionStatus.Running, Answer = "ans" });
        await Database.EndLeasesAsync();
        var again = (await Two.Store.ListAbandonedAsync(user: null, after: null, 10, default)).Single();
        (await Two.Store.CloseAbandonedAsync(again.Interrupt(Two.Clock.GetUtcNow()), default)).Should().NotBeNull();
        await Ledger.ShouldBalanceAsync(One);
    }

    [Test]
    public async Task Sweep_OfACrashAfterAFailOver_ChargesThePriceOfWhoAnswered()
    {
        var question = Somebody;
        var completion = await question.BeginAsync(One, Limits);
        completion.AnsweredBy(new Model("stand-in", "Stand-in", "other", 8192, 1024, new TokenPrice(0.1m, 50, "v2")));
        await One.Store.RenewAsync(completion.Checkpoint("ans", new TokenCount(0, 2, UsageBasis.Partial)));
        await Database.EndLeasesAsync();

        (await Two.Abandoned.CloseAsync(default)).Should().Be(1);

        (await LedgerAsync()).Should().ContainSingle().Which.Should().BeEquivalentTo(
            new { Model = "stand-in", Provider = "other", PriceVersion = "v2", PromptTokens = 10, CompletionTokens = 2, CostNanos = 101000L });
        await Ledger.ShouldBalanceAsync(One);
    }

    [Test]
    public async Task Regenerations_AddTheirAnswersOnly_AlsoWhenACrashEndsThem()
    {
        var question = await InChatAsync();
        var first = await question.AnswerAsync(One, "first", Limits);
        var again = question with { Prompt = "not stored", Regenerated = first.Turn!.QuestionId };
        await again.AnswerAsync(One, "second", Limits);
        var crashed = await again.BeginAsync(One, Limits);
        await One.Store.RenewAsync(crashed.Checkpoint("thi", new TokenCount(0, 2, UsageBasis.Partial)));
        await Database.EndLeasesAsync();

        (await Two.Abandoned.CloseAsync(default)).Should().Be(1);

        (await ChatAsync(question.Chat!.Value)).Should().BeEquivalentTo(new { ActiveLeafId = crashed.Turn!.AnswerId, MessageCount = 4 });
        var messages = await One.MessagesAsync(question.User);
        messages.Where(message => message.ParentId == first.Turn.QuestionId).Select(message => message.Content)
            .Should().BeEquivalentTo("first", "second", "thi");
        messages.Should().HaveCount(4);
        await Ledger.ShouldBalanceAsync(One);
    }

    private async Task<Question> InChatAsync()
    {
        var question = new Question(await AddUserAsync(), One.Clock.GetUtcNow());
        return question with { Chat = await AddChatAsync(question.User) };
    }

    private Task<Completion> StoredAsync(Completion completion) => One.StoredAsync(completion.Id);

    private Task<Chat> ChatAsync(ChatId id) => One.InDatabaseAsync(database => database.Chats.AsNoTracking().SingleAsync(chat => chat.Id == id));

    private Task<List<UsageEntry>> LedgerAsync() => One.InDatabaseAsync(database => database.UsageLedger.AsNoTracking().ToListAsync());
}
