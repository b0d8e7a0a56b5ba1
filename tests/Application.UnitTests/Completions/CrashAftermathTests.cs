using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>What a crashed instance left behind must refuse no caller, nor be told for a day.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class CrashAftermathTests : IDisposable
{
    private readonly RunnerFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    private static readonly Func<Domain.Results.Error>[] Refusals =
    [
        () => QuotaErrors.Exceeded(new PlanLimit(QuotaMetric.Concurrency, QuotaWindow.Running, 1), DateTimeOffset.UnixEpoch),
        () => ChatErrors.Busy(default),
    ];

    [TestCaseSource(nameof(Refusals))]
    public async Task WhatIsRefusedForAnExpiredHold_IsAdmittedAtOnce(Func<Domain.Results.Error> refusal)
    {
        Leave(fixture.UserId);
        fixture.Store.OnAdmit = _ => fixture.Store.Abandoned.Count > 0 ? refusal() : null;
        fixture.Model.Says("Hello").Ends();

        (await fixture.CompleteAsync(fixture.Ask())).Value.Message!.Content.Should().Be("Hello");
        fixture.Store.Closings[0].Completion.ErrorCode.Should().Be("completion.interrupted");
    }

    [Test]
    public async Task WhatIsRefusedForOtherReasons_IsRefused_AndOthersHoldsAreNoneOfItsBusiness()
    {
        Leave(Domain.Ids.UserId.New(fixture.Clock.GetUtcNow()));
        fixture.Plan = RunnerFixture.PlanOf([new PlanLimit(QuotaMetric.Tokens, QuotaWindow.Day, 3)]);

        (await fixture.StartAsync(fixture.Ask())).Error!.Code.Should().Be("quota.exceeded");
        fixture.Store.Closings.Should().BeEmpty();
        fixture.Store.Demands.Should().ContainSingle();
    }

    [Test]
    public async Task ARepetition_OfWhatWasInterruptedBeforeItsAnswer_RunsAgain()
    {
        fixture.Model.Says("Hello").Ends();
        var first = (await fixture.Runner.StartAsync(Ask(), default)).Value;
        await RunnerFixture.EndOfAsync(first.Run!);
        fixture.Freed = new FreedKey(Question: null);

        var second = (await fixture.Runner.StartAsync(Ask(), default)).Value;

        second.IsReplay.Should().BeFalse();
        second.Id.Should().NotBe(first.Id);
    }

    [Test]
    public async Task ARepetition_InAChat_AnswersTheQuestionThatIsThere()
    {
        var (chat, question) = (ChatId.New(fixture.Clock.GetUtcNow()), MessageId.New(fixture.Clock.GetUtcNow()));
        fixture.Model.Says("Hello").Ends();
        var request = Ask() with { ChatId = chat };
        fixture.Conversation = new Conversation(Model: null, SystemPrompt: null, ParentId: null, Messages: []);
        await RunnerFixture.EndOfAsync((await fixture.Runner.StartAsync(request, default)).Value.Run!);
        fixture.Freed = new FreedKey(question);
        fixture.Conversation = fixture.Conversation.Value with { Question = new StoredQuestion(question, "hello") };

        var second = await fixture.Runner.StartAsync(request, default);

        second.Error.Should().BeNull();
        fixture.Store.Admitted[^1].Turn.Should().BeEquivalentTo(new { QuestionId = question, QuestionStored = true, FollowsLeaf = false });
    }

    [Test]
    public async Task ARepetition_LooksFirstWhetherTheInstanceOfItsRunIsGone()
    {
        fixture.Model.Says("Hel");
        await fixture.Runner.StartAsync(Ask(), default);
        Leave(fixture.UserId);

        await fixture.Runner.StartAsync(Ask(), default);

        fixture.Store.Closings.Should().ContainSingle();
    }

    private CompletionRequest Ask() => fixture.Ask() with { Stream = true, Repeat = new RepeatableRequest("key", "body"u8.ToArray()) };

    private void Leave(Domain.Ids.UserId user)
    {
        var start = new CompletionStart(user, Turn: null, RunnerFixture.Small, "hello", 12, [], Store: true);
        var completion = Completion.Start(start, fixture.Clock.GetUtcNow());
        completion.Hold(new Reservation([], 100), fixture.Clock.GetUtcNow());
        fixture.Store.Abandoned.Add(completion);
    }
}
