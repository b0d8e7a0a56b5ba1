using CleanLlm.Application.Chats;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Messages;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Usage;
using CleanLlm.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence;

/// <summary>What is left of completions whose instance is gone, and what keeps the leases of living ones.</summary>
[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class CrashAftermathTests(DatabaseKind kind) : PersistenceTests(kind)
{
    private static readonly PlanLimit[] Limits = [new(QuotaMetric.Requests, QuotaWindow.Day, 100)];

    private readonly DatabaseKind kind = kind;

    private Question Somebody => new(UserId.New(One.Clock.GetUtcNow()), One.Clock.GetUtcNow());

    [Test]
    public async Task AQuestion_InterruptedBeforeItsAnswer_StaysInItsChat_Marked_AndIsNoPartOfWhatAModelReads()
    {
        var question = await InChatAsync();
        var crashed = await InterruptAsync(question);

        (await MessagesAsync(question)).Should().ContainSingle().Which.Should().BeEquivalentTo(
            new { Id = crashed.Turn!.QuestionId, Content = "hello", ErrorCode = "completion.interrupted" });
        var next = (await ReadAsync(question)).Value;
        next.Should().BeEquivalentTo(new { ParentId = (MessageId?)crashed.Turn.QuestionId });
        next.Messages.Should().BeEmpty();

        var answered = question with { Prompt = "next", Parent = next.ParentId, FollowsLeaf = true };
        await answered.AnswerAsync(One, "answer", Limits);
        (await MessagesAsync(question)).Select(message => (message.Content, message.ErrorCode)).Should().Equal(
            ("answer", null), ("next", null), ("hello", "completion.interrupted"));
        (await ReadAsync(question)).Value.Messages.Select(message => message.Content).Should().Equal("next", "answer");
    }

    [Test]
    public async Task AQuestion_InterruptedBeforeItsAnswer_IsAnsweredByARegeneration_AndThenNoLongerMarked()
    {
        var question = await InChatAsync();
        var crashed = await InterruptAsync(question);

        var above = await ReaderOf(One).ReadAboveAsync(question.Chat!.Value, question.User, crashed.Turn!.QuestionId, 200, default);
        above.Value.Question.Should().BeEquivalentTo(new { Id = crashed.Turn.QuestionId, Content = "hello" });
        await (question with { Regenerated = crashed.Turn.QuestionId }).AnswerAsync(One, "answer", Limits);

        (await MessagesAsync(question)).Select(message => (message.Content, message.ErrorCode)).Should().Equal(("answer", null), ("hello", null));
        (await ReadAsync(question)).Value.Messages.Should().HaveCount(2);
    }

    [Test]
    public async Task AQuestion_WhoseAnswerIsBeingWrittenAnew_IsNotMarked_UntilThatIsInterruptedToo()
    {
        var question = await InChatAsync();
        var crashed = await InterruptAsync(question);
        var again = question with { Regenerated = crashed.Turn!.QuestionId };

        var running = await again.BeginAsync(One, Limits);
        (await MessagesAsync(question)).Should().ContainSingle().Which.ErrorCode.Should().BeNull("it is being answered");
        await One.Store.CloseAsync(running.Interrupt(One.Clock.GetUtcNow()), default);

        (await MessagesAsync(question)).Should().ContainSingle().Which.ErrorCode.Should().Be("completion.interrupted");
    }

    [Test]
    public async Task AnIdempotencyKey_IsFreed_OnlyWhenNothingOfTheAnswerWasStored([Values] bool checkpointed, [Values] bool inChat)
    {
        var question = (inChat ? await InChatAsync() : new Question(await AddUserAsync(), One.Clock.GetUtcNow())) with
        {
            Idempotency = new IdempotentRequest(new byte[32], new byte[32]),
        };
        var completion = await question.BeginAsync(One, Limits);
        var keys = Two.Services.GetRequiredService<IIdempotencyKeys>();
        var known = (await keys.FindAsync(question.User, new byte[32], default))!;
        (await keys.FreeAsync(known, default)).Should().BeNull("it may be running");
        if (checkpointed)
            await One.Store.RenewAsync(completion.Checkpoint("ans", new TokenCount(0, 2, UsageBasis.Partial)));
        await Database.EndLeasesAsync();
        await Two.Abandoned.CloseAsync(default);

        var freed = await keys.FreeAsync(known, default);

        freed.Should().Be(checkpointed ? null : new FreedKey(inChat ? completion.Turn!.QuestionId : null));
        (await keys.FindAsync(question.User, new byte[32], default) is null).Should().Be(!checkpointed);
    }

    [Test]
    public async Task ARenewal_WaitsNeitherForARowThatIsBeingClosed_NorForTheCallsOfAnOverload()
    {
        var question = new Question(await AddUserAsync(), One.Clock.GetUtcNow());
        var (closing, running) = (await question.BeginAsync(One, Limits), await question.BeginAsync(One, Limits));
        if (kind == DatabaseKind.Sqlite)
        {
            // A file has one writer, which waits for no other: both are renewed.
            (await RenewAsync(closing, running)).Should().BeEquivalentTo([closing.Id, running.Id]);
            return;
        }

        var source = One.Services.GetRequiredService<NpgsqlDataSource>();
        List<NpgsqlConnection> taken = [];
        for (var i = new NpgsqlConnectionStringBuilder(source.ConnectionString).MaxPoolSize; i > 0; i--)
            taken.Add(await source.OpenConnectionAsync());
        await using var transaction = await taken[0].BeginTransactionAsync();
        await using (var command = new NpgsqlCommand("SELECT 1 FROM completions WHERE id = $1 FOR UPDATE", taken[0]) { Parameters = { new() { Value = closing.Id.Value } } })
            await command.ExecuteScalarAsync();

        (await RenewAsync(closing, running)).Should().Equal(running.Id);
        await transaction.RollbackAsync();
        foreach (var connection in taken)
            await connection.DisposeAsync();
    }

    private Task<IReadOnlySet<CompletionId>> RenewAsync(params Completion[] completions) => One.Store.RenewAsync(
        [.. completions.Select(completion => completion.Checkpoint("ans", new TokenCount(0, 2, UsageBasis.Partial)))]);

    [Test]
    public async Task Sweep_LeavesThoseAloneWhoseLeaseHolds_WhateverTheClockOfTheInstanceSays()
    {
        await Somebody.BeginAsync(One, Limits);
        Two.Clock.Advance(kind == DatabaseKind.Postgres ? TimeSpan.FromDays(1) : TimeSpan.FromSeconds(20));

        await Two.Abandoned.CloseAsync(default);
        Two.Clock.Advance(PersistenceHost.SinceStart);
        (await Two.Abandoned.CloseAsync(default)).Should().Be(0);
        (await Database.ScalarAsync("SELECT count(*) FROM completions WHERE status = 2")).Should().Be(1);
    }

    [Test]
    public async Task Abandoned_AreListedOldestFirst_AsManyAsAskedFor()
    {
        var question = Somebody;
        var late = await (question with { Now = question.Now.AddMinutes(2) }).BeginAsync(One);
        var early = await question.BeginAsync(One);
        var middle = await (question with { Now = question.Now.AddMinutes(1) }).BeginAsync(One);
        var isPostgres = kind == DatabaseKind.Postgres;
        foreach (var (id, order) in new[] { (early.Id, 1), (middle.Id, 2), (late.Id, 3) })
        {
            var end = isPostgres ? $"now() - interval '{10 - order} hours'" : $"{order}";
            var row = isPostgres ? $"'{id.Value}'" : $"'{id.Value.ToString().ToUpperInvariant()}'";
            (await Database.ExecuteAsync($"UPDATE completions SET lease_expires_at = {end} WHERE id = {row}")).Should().Be(1);
        }

        var abandoned = await One.Store.ListAbandonedAsync(user: null, after: null, 2, default);

        abandoned.Select(completion => completion.Id).Should().Equal(early.Id, middle.Id);
        abandoned[0].Should().BeEquivalentTo(early, options => options.Excluding(row => row.LeaseExpiresAt));
        (await One.Store.ListAbandonedAsync(question.User, after: null, 10, default)).Should().HaveCount(3);
        (await One.Store.ListAbandonedAsync(UserId.New(question.Now), after: null, 10, default)).Should().BeEmpty();
        (await One.Store.ListRunningAsync(after: null, 10, default)).Should().HaveCount(3);
        (await ListAfterAsync(abandoned[1])).Should().Equal(late.Id);
        (await One.Store.ListRunningAsync(LeaseKey.Of(abandoned[0]), 10, default)).Should().HaveCount(2);

        // Renewals of one statement end at one moment.
        await Database.ExecuteAsync(isPostgres
            ? "UPDATE completions SET lease_expires_at = timestamptz '2026-01-01'"
            : "UPDATE completions SET lease_expires_at = 1");
        var together = await One.Store.ListAbandonedAsync(user: null, after: null, 10, default);
        (await ListAfterAsync(together[0])).Should().Equal(together[1].Id, together[2].Id);
        (await ListAfterAsync(together[2])).Should().BeEmpty();

        async Task<IEnumerable<CompletionId>> ListAfterAsync(Completion last) =>
            (await One.Store.ListAbandonedAsync(user: null, LeaseKey.Of(last), 10, default)).Select(completion => completion.Id);
    }

    // The clock of the instance is months behind PostgreSQL's: by its own time the lease would be over.
    [TestCase(10_000, 40)]
    [TestCase(30, 20)]
    public async Task ALease_GoesByTheDatabasesClock_OnEitherWayOfAdmission(long tokens, int completionTokens)
    {
        var completion = await Somebody.BeginAsync(One, new PlanLimit(QuotaMetric.Tokens, QuotaWindow.Day, tokens));

        completion.Reservation!.CompletionTokens.Should().Be(completionTokens);
        (await Two.Store.ListAbandonedAsync(user: null, after: null, 10, default)).Should().BeEmpty();
        await Database.EndLeasesAsync();
        (await Two.Store.ListAbandonedAsync(user: null, after: null, 10, default)).Should().ContainSingle();
    }

    private async Task<Completion> InterruptAsync(Question question)
    {
        var completion = await question.BeginAsync(One, Limits);
        await Database.EndLeasesAsync();
        (await Two.Abandoned.CloseAsync(default)).Should().Be(1);
        return completion;
    }

    private async Task<Question> InChatAsync()
    {
        var question = new Question(await AddUserAsync(), One.Clock.GetUtcNow());
        return question with { Chat = await AddChatAsync(question.User) };
    }

    private Task<Domain.Results.Result<Conversation>> ReadAsync(Question question) =>
        ReaderOf(One).ReadAsync(question.Chat!.Value, question.User, parent: null, 200, default);

    private async Task<IReadOnlyList<MessageDto>> MessagesAsync(Question question) => (await One.InScopeAsync<IChatQueries, Application.Paging.Page<MessageDto>?>(
        chats => chats.ListMessagesAsync(question.Chat!.Value, question.User, from: null, 100, default)))!.Items;

    private static IConversationReader ReaderOf(PersistenceHost host) => host.Services.GetRequiredService<IConversationReader>();
}
