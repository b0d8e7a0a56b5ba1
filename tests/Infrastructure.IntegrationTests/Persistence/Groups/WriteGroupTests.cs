using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Infrastructure.Persistence;
using CleanLlm.Infrastructure.Persistence.Completions;
using CleanLlm.Infrastructure.Persistence.Content;
using CleanLlm.Testing.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using static CleanLlm.Domain.Quotas.QuotaMetric;
using static CleanLlm.Domain.Quotas.QuotaWindow;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence.Groups;

/// <summary>What a group leaves in the database: each member what it would have left by itself, and none fails for another's reason.</summary>
[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
[NonParallelizable]
internal sealed class WriteGroupTests(DatabaseKind kind) : PersistenceTests(kind)
{
    private static readonly PlanLimit[] Limits = [new(Requests, Day, 100), new(Tokens, Day, 10_000)];

    private Question Somebody => new(UserId.New(One.Clock.GetUtcNow()), One.Clock.GetUtcNow());

    private IGroupWriter Writer => One.Store as IGroupWriter ?? new PostgresGroupWriter(
        One.Services.GetRequiredKeyedService<NpgsqlDataSource>(PostgresConnections.Groups),
        One.Services.GetRequiredService<NpgsqlDataSource>(),
        new CompletionStatements(TimeSpan.FromSeconds(30)));

    [Test]
    public async Task Members_AreStoredAsTheyWouldBeAlone()
    {
        var user = Somebody;
        var chat = await InChatAsync();
        var repeatable = await InChatAsync() with { Chat = null, Idempotency = new IdempotentRequest(Hash(1), Hash(2)) };
        var (ended, endedInChat) = (await user.BeginAsync(One, Limits), await chat.BeginAsync(One, Limits));
        AdmissionWrite[] admissions = [user.Admission(Limits), user.Admission(Limits), Somebody.Admission(), repeatable.Admission(Limits), (await InChatAsync()).Admission(Limits)];
        ClosingWrite[] closings = [new(Question.Succeed(ended, user.Now), Writes.CipherOf(user)), new(Question.Succeed(endedInChat, chat.Now), Writes.CipherOf(chat))];

        await WriteAsync([.. admissions, .. closings]);

        foreach (var write in admissions)
        {
            write.Outcome!.Value.IsSuccess.Should().BeTrue();
            (await StoredAsync(write.Completion)).Should().BeEquivalentTo(write.Completion, options => options.Excluding(row => row.LeaseExpiresAt).Excluding(row => row.IdempotencyKey));
        }

        foreach (var write in closings)
            (await StoredAsync(write.Completion)).Should().BeEquivalentTo(write.Completion);
        admissions[1].Outcome!.Value.Value[0].Should().BeEquivalentTo(new { Metric = Requests, Granted = 0 }).And.Match<QuotaCounter>(counter => counter.Used + counter.Reserved == 3);
        closings[1].Outcome!.Select(counter => (counter.Metric, counter.Used, counter.Reserved)).Should().Equal((Requests, 1, 0), (Tokens, 15, 0));
        (await Database.ScalarAsync("SELECT count(*) FROM idempotency_keys")).Should().Be(1);
        (await Database.ScalarAsync("SELECT count(*) FROM messages")).Should().Be(2);
        (await Database.ScalarAsync("SELECT count(*) FROM usage_ledger")).Should().Be(2);
        await ShouldBalanceAsync();
    }

    [Test]
    public async Task OneThatIsRefused_FailsNobody_AndLeavesNothing()
    {
        var spent = Somebody;
        PlanLimit[] few = [new(Requests, Day, 100), new(Tokens, Day, Question.Tokens)];
        await spent.BeginAsync(One, few);
        var busy = await InChatAsync();
        await busy.BeginAsync(One, Limits);
        var moved = await InChatAsync() with { FollowsLeaf = true };
        await moved.AnswerAsync(One, "answer", Limits);
        var repeated = await InChatAsync() with { Chat = null, Idempotency = new IdempotentRequest(Hash(1), Hash(2)) };
        await repeated.BeginAsync(One, Limits);
        AdmissionWrite[] refused = [spent.Admission(few), busy.Admission(Limits), moved.Admission(Limits), repeated.Admission(Limits)];
        AdmissionWrite[] others = [Somebody.Admission(Limits), (await InChatAsync()).Admission(Limits), (repeated with { Idempotency = new(Hash(3), Hash(4)) }).Admission(Limits)];

        await WriteAsync([.. refused, .. others]);

        others.Should().OnlyContain(write => write.Outcome!.Value.IsSuccess);
        refused.Should().OnlyContain(write => write.Outcome == null || !write.Outcome.Value.IsSuccess);
        foreach (var write in refused)
            (await One.InDatabaseAsync(database => database.Completions.AnyAsync(row => row.Id == write.Completion.Id))).Should().BeFalse();
        (await Database.ScalarAsync("SELECT count(*) FROM idempotency_keys")).Should().Be(2);
        await ShouldBalanceAsync();
    }

    [Test]
    public async Task WhereALimitDoesNotCarryAllOfAGroup_NoneOfItsCounterIsAdmittedByIt()
    {
        var user = Somebody;
        PlanLimit[] limits = [new(Tokens, Day, (2 * Question.Tokens) + 20)];
        await user.BeginAsync(One, limits);
        AdmissionWrite[] writes = [user.Admission(limits), user.Admission(limits)];

        await WriteAsync([.. writes, Somebody.Admission(limits)]);

        // On PostgreSQL each is then decided step by step; SQLite has done so already.
        (await Ledger.CounterAsync(One, user.User, Tokens, Day)).Reserved.Should().BeLessThanOrEqualTo(limits[0].Amount);
        (await Database.ScalarAsync("SELECT count(*) FROM running_completions")).Should().BeInRange(2, 4);
        await ShouldBalanceAsync();
    }

    [Test]
    public async Task OneThatHadEndedBefore_IsNotSettledTwice_AndADeletedChatGainsNoMessages()
    {
        var (ended, running, gone) = (Somebody, Somebody, await InChatAsync());
        var again = await ended.BeginAsync(One, Limits);
        ClosingWrite[] closings =
        [
            new(Question.Succeed(await running.BeginAsync(One, Limits), running.Now), Writes.CipherOf(running)),
            new(Question.Succeed(await gone.BeginAsync(One, Limits), gone.Now), Writes.CipherOf(gone)),
            new(Question.Succeed(again, ended.Now), Writes.CipherOf(ended)),
        ];
        await Database.ExecuteAsync("DELETE FROM chats");
        // Another instance was first.
        (await Two.Store.CloseAsync(closings[2].Closing, default)).Should().NotBeNull();

        await WriteAsync(closings);

        closings.Select(write => write.Outcome is not null).Should().Equal(true, true, false);
        (await Database.ScalarAsync("SELECT count(*) FROM usage_ledger")).Should().Be(3);
        (await Database.ScalarAsync("SELECT count(*) FROM messages")).Should().Be(0);
        await ShouldBalanceAsync();
    }

    [Test]
    public async Task OfOneUser_WhatEndsAndWhatBegins_IsSummedForEachCounter()
    {
        var user = Somebody;
        var running = new List<Completion>();
        for (var i = 0; i < 5; i++)
            running.Add(await user.BeginAsync(One, Limits));

        await WriteAsync([.. running.Select(completion => new ClosingWrite(Question.Succeed(completion, user.Now), Writes.CipherOf(user))), .. Enumerable.Range(0, 4).Select(_ => user.Admission(Limits))]);

        (await Ledger.CounterAsync(One, user.User, Tokens, Day)).Should().BeEquivalentTo(new { Used = 5 * 15, Reserved = 4 * Question.Tokens });
        (await Database.ScalarAsync("SELECT requests FROM usage_days")).Should().Be(5);
        await ShouldBalanceAsync();
    }

    [Test]
    public async Task HoldsGrowTogether_ExceptWhereALimitIsShort_OrMoreIsHeldThanWasThought()
    {
        var (first, second, spent, grown) = (Somebody, Somebody, Somebody, Somebody);
        PlanLimit[] few = [new(Tokens, Day, Question.Tokens)];
        var running = new[] { await NarrowAsync(first, Limits), await NarrowAsync(second, Limits), await NarrowAsync(spent, few), await NarrowAsync(grown, Limits) };
        await spent.AdmitAsync(One, few);
        var stale = new GrowthWrite(running[3], Writes.CipherOf(grown), Limits, grown.Demand, wanted: 25);
        var held = (await Two.Store.GrowAsync(running[3], Limits, grown.Demand, 30, [], default)).Value.CompletionTokens;
        GrowthWrite[] growths =
        [
            new(running[0], Writes.CipherOf(first), Limits, first.Demand, wanted: 25), new(running[1], Writes.CipherOf(second), Limits, second.Demand, wanted: 35),
            new(running[2], Writes.CipherOf(spent), few, spent.Demand, wanted: 40), stale,
        ];

        await WriteAsync([.. growths, first.Admission(Limits)]);

        growths[0].Outcome!.Value.Value.CompletionTokens.Should().BeInRange(25, 40);
        growths[1].Outcome!.Value.Value.CompletionTokens.Should().BeInRange(35, 40);
        (await Ledger.CounterAsync(One, first.User, Tokens, Day)).Reserved.Should().Be(10 + growths[0].Outcome!.Value.Value.CompletionTokens + Question.Tokens);
        (await Ledger.CounterAsync(One, spent.User, Tokens, Day)).Reserved.Should().BeLessThanOrEqualTo(Question.Tokens);
        (await Ledger.CounterAsync(One, grown.User, Tokens, Day)).Reserved.Should().Be(10 + held, "what it was thought to hold was less");
        await ShouldBalanceAsync();
    }

    // Runs with a hold for 20 tokens of an answer that may grow to 40.
    private async Task<Completion> NarrowAsync(Question question, PlanLimit[] limits)
    {
        var completion = question.Start();
        completion.Hold(Reservation.For(limits, question.Demand, 20, question.Now) with { Bound = 40 }, question.Now.AddSeconds(30));
        var admission = new AdmissionWrite(completion, Writes.CipherOf(question), limits, question.Demand, _ => 0);
        await WriteAsync([admission]);
        return completion;
    }

    private static byte[] Hash(byte first) => [first, .. new byte[31]];

    private async Task WriteAsync(IReadOnlyList<CompletionWrite> writes)
    {
        var group = new WriteGroup();
        writes.Should().OnlyContain(write => group.TryAdd(write), "they may go together");
        await Writer.WriteAsync(group.Close());
    }

    // What runs has a row of its own exactly while it does.
    private async Task ShouldBalanceAsync()
    {
        await Ledger.ShouldBalanceAsync(One);
        (await Database.ScalarAsync("SELECT count(*) FROM completions c WHERE (status = 2) <> EXISTS (SELECT 1 FROM running_completions r WHERE r.user_id = c.user_id AND r.id = c.id)"))
            .Should().Be(0);
    }

    private Task<Completion> StoredAsync(Completion completion) => One.InDatabaseAsync(async database =>
        Writes.CipherOf(completion.UserId).Open(await database.Completions.AsNoTracking().SingleAsync(row => row.Id == completion.Id)));

    private async Task<Question> InChatAsync()
    {
        var asker = await AddUserAsync();
        return new Question(asker, One.Clock.GetUtcNow()) { Chat = await AddChatAsync(asker) };
    }
}
