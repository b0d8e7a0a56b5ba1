using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Infrastructure.Persistence.Completions;
using static CleanLlm.Domain.Quotas.QuotaMetric;
using static CleanLlm.Domain.Quotas.QuotaWindow;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence.Groups;

/// <summary>Which writes go together, and what each is told.</summary>
internal sealed class GroupedWritesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly HeldWriter writer = new();
    private GroupedWrites groups = null!;

    private static Question Somebody => new(UserId.New(Now), Now);

    [SetUp]
    public void Begin()
    {
        (writer.Bad, groups) = (null, new GroupedWrites(writer));
        writer.Groups.Clear();
        writer.Alone.Clear();
    }

    [Test]
    public async Task ALoneWrite_GoesAtOnce_AndIsAcknowledgedOnceItIsCommitted()
    {
        var write = Somebody.Admission();

        var outcome = groups.WriteAsync(write, default);

        writer.Groups.Should().ContainSingle().Which.Members.Should().Equal(write);
        outcome.IsCompleted.Should().BeFalse("nothing is committed yet");
        write.Outcome = Writes.Admitted;
        writer.Commit(0);
        (await outcome).Should().Be(write.Outcome);
    }

    [Test]
    public void WhatComesMeanwhile_GoesTogether_InTheNextGroup()
    {
        CompletionWrite[] writes = [Somebody.Admission(), Somebody.Closing(), Somebody.Admission(), Somebody.Closing()];
        foreach (var write in writes)
            Start(write);

        writer.Commit(0);

        writer.Groups.Select(group => group.Members.Count).Should().Equal(1, 3);
        writer.Groups[1].Members.Should().Equal(writes[1..]);
        writer.Commit(1);
        writer.Groups.Should().HaveCount(2, "nothing waits");
        Start(Somebody.Admission());
        writer.Groups.Should().HaveCount(3, "the lane is free again");
    }

    [Test]
    public void AGroup_HasABound()
    {
        for (var i = 0; i < GroupedWrites.MostInGroup + 3; i++)
            Start(Somebody.Closing());

        writer.Commit(0);
        writer.Commit(1);

        writer.Groups.Select(group => group.Members.Count).Should().Equal(1, GroupedWrites.MostInGroup, 2);
    }

    [Test]
    public void OneOfAChat_GoesInAGroup()
    {
        var chat = Somebody with { Chat = ChatId.New(Now) };
        var (first, second, other) = (chat.Admission(), chat.Closing(), (Somebody with { Chat = ChatId.New(Now) }).Admission());
        Start(Somebody.Closing());
        Start(first);
        Start(second);
        Start(other);

        writer.Commit(0);
        writer.Commit(1);

        writer.Groups[1].Members.Should().Equal(first, other);
        writer.Groups[2].Members.Should().Equal(second);
    }

    [Test]
    public void OneOfACompletion_GoesInAGroup_SoThatTheSecondFindsItEnded()
    {
        var completion = Somebody.Start();
        completion.Hold(new Reservation([], 40), Now.AddSeconds(30));
        var closing = Question.Succeed(completion, Now);
        var (first, second) = (new ClosingWrite(closing, Writes.CipherOf(Somebody)), new ClosingWrite(closing, Writes.CipherOf(Somebody)));
        Start(Somebody.Closing());
        Start(first);
        Start(second);

        writer.Commit(0);
        writer.Commit(1);

        writer.Groups[1].Members.Should().Equal(first);
        writer.Groups[2].Members.Should().Equal(second);
    }

    [Test]
    public void SoMuchText_GoesInAGroup_ButOneIsAlwaysTaken()
    {
        const int Half = 2 * 1024 * 1024;
        AdmissionWrite[] writes = [Long(3 * Half), Long(Half), Long(Half), Long(1)];
        Start(Somebody.Closing());
        foreach (var write in writes)
            Start(write);

        for (var group = 0; group < 3; group++)
            writer.Commit(group);

        writer.Groups[1].Members.Should().Equal(writes[0]);
        writer.Groups[2].Members.Should().Equal(writes[1], writes[2]);
        writer.Groups[3].Members.Should().Equal(writes[3]);

        AdmissionWrite Long(int length) => (Somebody with { Prompt = new string('x', length) }).Admission();
    }

    [Test]
    public void OneUnderAKeyOfAUser_GoesInAGroup()
    {
        var repeatable = Somebody with { Idempotency = new IdempotentRequest(new byte[32], new byte[32]) };
        var (first, second, other) = (repeatable.Admission(), repeatable.Admission(), (repeatable with { User = UserId.New(Now) }).Admission());
        Start(Somebody.Closing());
        Start(first);
        Start(second);
        Start(other);

        writer.Commit(0);
        writer.Commit(1);

        writer.Groups[1].Members.Should().Equal(first, other);
        writer.Groups[2].Members.Should().Equal(second);
    }

    [Test]
    public void NoMoreThanALimitCarries_GoesInAGroup_AndEachKnowsWhatTheGroupWants()
    {
        PlanLimit limit = new(Tokens, Day, 2 * Question.Tokens);
        var user = Somebody;
        AdmissionWrite[] writes = [user.Admission(limit), user.Admission(limit), user.Admission(limit)];
        Start(Somebody.Closing());
        foreach (var write in writes)
            Start(write);

        writer.Commit(0);
        writer.Commit(1);

        writer.Groups[1].Members.Should().Equal(writes[0], writes[1]);
        writes[1].Changes.Should().ContainSingle().Which.WantedByGroup.Should().Be(2 * Question.Tokens);
        writer.Groups[2].Members.Should().Equal(writes[2]);
        writes[2].Changes.Should().ContainSingle().Which.WantedByGroup.Should().Be(Question.Tokens);
    }

    [Test]
    public async Task AGroupThatBreaksForSomeOfIt_IsSplit_AndOnlyTheyFail()
    {
        Start(Somebody.Closing());
        var (bad, good) = (Somebody.Closing(), Somebody.Closing());
        var outcomes = (Bad: groups.WriteAsync(bad, default), Good: groups.WriteAsync(good, default));
        writer.Bad = bad;
        writer.Commit(0);

        writer.Break(1, new HeldWriter.BrokenBySome());

        await FluentActions.Awaiting(() => outcomes.Bad).Should().ThrowAsync<HeldWriter.BrokenBySome>();
        await outcomes.Good;
        writer.Alone.Should().Equal(bad, good);
    }

    [Test]
    public void AMemberOfABrokenGroup_AsksForItsOwnAmountOnly()
    {
        PlanLimit limit = new(Tokens, Day, 2 * Question.Tokens);
        var user = Somebody;
        AdmissionWrite[] writes = [user.Admission(limit), user.Admission(limit)];
        Start(Somebody.Closing());
        foreach (var write in writes)
            Start(write);
        writer.Commit(0);

        writer.Break(1, new HeldWriter.BrokenBySome());

        writer.Alone.Should().Equal(writes);
        writes.SelectMany(write => write.Changes).Should().OnlyContain(change => change.WantedByGroup == Question.Tokens);
    }

    [Test]
    public async Task AnOutage_FailsTheGroup_AndTheNextOneGoes()
    {
        var first = groups.WriteAsync(Somebody.Closing(), default);
        var second = groups.WriteAsync(Somebody.Closing(), default);

        writer.Break(0, new IOException("gone"));

        await FluentActions.Awaiting(() => first).Should().ThrowAsync<IOException>();
        writer.Commit(1);
        await second;
        writer.Alone.Should().BeEmpty("nobody knows what became of it");
    }

    [Test]
    public async Task WhoGoesMeanwhile_IsWrittenAllTheSame()
    {
        using var impatience = new CancellationTokenSource();
        Start(Somebody.Closing());
        var write = Somebody.Closing();
        var outcome = groups.WriteAsync(write, impatience.Token);

        await impatience.CancelAsync();
        writer.Commit(0);

        await FluentActions.Awaiting(() => outcome).Should().ThrowAsync<OperationCanceledException>();
        writer.Groups[1].Members.Should().Equal(write);
    }

    private void Start(CompletionWrite write) => _ = write switch
    {
        AdmissionWrite admission => groups.WriteAsync(admission, default),
        ClosingWrite closing => groups.WriteAsync(closing, default),
        _ => Task.CompletedTask,
    };
}
