using CleanLlm.Application.Completions;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Users;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CleanLlm.Application.UnitTests.Completions;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class AbandonedCompletionsTests
{
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly FakeCompletionStore store = new();

    [Test]
    public async Task Close_GoesOnUntilNoneIsLeft()
    {
        for (var i = 0; i < 250; i++)
            Leave(clock.GetUtcNow().AddSeconds(-1));

        (await CloseAsync()).Should().Be(250);
        store.Closings.Should().HaveCount(250).And.OnlyContain(closing =>
            closing.Completion.ErrorCode == "completion.interrupted" && closing.Entry == null);
    }

    [Test]
    public async Task Close_ChargesWhatTheLastCheckpointSaw()
    {
        Leave(clock.GetUtcNow().AddSeconds(-1), checkpoint: "Hel");

        await CloseAsync();

        var closing = store.Closings.Should().ContainSingle().Subject;
        closing.Completion.Should().BeEquivalentTo(new { Status = CompletionStatus.Failed, Answer = "Hel", CompletionTokens = 3 });
        closing.Entry.Should().BeEquivalentTo(new { PromptTokens = 12, CompletionTokens = 3 });
    }

    [Test]
    public async Task Close_LeavesThoseAloneWhoseLeaseHolds()
    {
        Leave(clock.GetUtcNow());

        (await CloseAsync()).Should().Be(0);
        store.Closings.Should().BeEmpty();
    }

    [Test]
    public async Task Close_CountsOnlyWhatItClosedItself()
    {
        Leave(clock.GetUtcNow().AddSeconds(-1));
        store.OnClose = _ => false;

        (await CloseAsync()).Should().Be(0);
    }

    private Task<int> CloseAsync() =>
        new AbandonedCompletions(store, clock, NullLogger<AbandonedCompletions>.Instance).CloseAsync(clock.GetUtcNow(), default);

    private void Leave(DateTimeOffset leaseEnd, string? checkpoint = null)
    {
        var admittedAt = clock.GetUtcNow().AddMinutes(-5);
        var start = new CompletionStart(UserId.New(admittedAt), Turn: null, RunnerFixture.Small, "hello", 12, [], Store: true);
        var completion = Completion.Start(start, admittedAt);
        completion.Hold(new Reservation([], 100), leaseEnd);
        if (checkpoint is not null)
            completion.Checkpoint(checkpoint, checkpoint.Length, leaseEnd);
        store.Abandoned.Add(completion);
    }
}
