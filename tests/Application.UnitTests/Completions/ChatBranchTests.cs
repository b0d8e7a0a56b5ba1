using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Prompting;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>Where in a chat completions take place, and what happens when that place is taken or has moved.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ChatBranchTests : IDisposable
{
    private readonly RunnerFixture fixture = new();
    private readonly MessageId leaf = MessageId.New(DateTimeOffset.UnixEpoch);

    [SetUp]
    public void OpenChat()
    {
        fixture.Conversation = new Conversation(Model: null, SystemPrompt: null, leaf, Messages: []);
        fixture.Model.Says("Hello").Ends();
    }

    public void Dispose() => fixture.Dispose();

    [Test]
    public async Task OnlyAQuestionWithoutAPlaceOfItsOwn_FollowsTheEndOfTheBranch()
    {
        await fixture.StartAsync(Ask());
        await fixture.StartAsync(Ask() with { ParentId = leaf });
        await fixture.StartAsync(Ask() with { Edits = leaf });

        fixture.Store.Admitted.Select(completion => completion.Turn!.FollowsLeaf).Should().Equal(true, false, false);
        fixture.Store.Admitted.Should().OnlyContain(completion => completion.Turn!.BranchPoint == leaf.Value);
    }

    [Test]
    public async Task AQuestion_HoldsWhatItsProviderIsExpectedToCount_AndKeepsOurOwnCountForTheNextOne()
    {
        var model = "";
        fixture.Store.OnAdmit = completion =>
        {
            model = completion.Model;
            return ChatErrors.Busy(completion.Id);
        };
        await fixture.StartAsync(Ask());
        fixture.Store.OnAdmit = _ => null;
        var counted = fixture.Store.Demands[0].PromptTokens;
        var answer = new Utterance(MessageRole.Assistant, "") { Prompt = new PromptMeasure(model, Reported: 107, Counted: 100) };
        fixture.Conversation = new Conversation(Model: null, SystemPrompt: null, leaf, [answer]);

        var run = (await fixture.StartAsync(Ask())).Value;

        const int Frame = 4;
        fixture.Store.Demands[^1].PromptTokens.Should().Be(counted + Frame + 7);
        await RunnerFixture.EndOfAsync(run);
        fixture.Store.Closings[^1].Exchange!.Answer!.CountedPromptTokens.Should().Be(counted + Frame);
    }

    [Test]
    public async Task ABusyBranch_IsRefused_AndNotTriedAgain()
    {
        var busy = ChatErrors.Busy(CompletionId.New(fixture.Clock.GetUtcNow()));
        fixture.Store.OnAdmit = _ => busy;

        (await fixture.StartAsync(Ask())).Error.Should().Be(busy);

        fixture.Store.Demands.Should().ContainSingle();
        fixture.Model.Calls.Should().BeEmpty();
    }

    [Test]
    public async Task WhenTheEndHasMoved_TheQuestionFollowsTheNewEnd()
    {
        var moved = MessageId.New(fixture.Clock.GetUtcNow());
        fixture.Store.OnAdmit = completion =>
        {
            fixture.Conversation = new Conversation(Model: null, SystemPrompt: null, moved, Messages: []);
            return completion.Turn!.ParentId == moved ? null : ChatErrors.Moved;
        };

        (await fixture.StartAsync(Ask())).IsSuccess.Should().BeTrue();

        fixture.Store.Admitted.Should().ContainSingle().Which.Turn!.ParentId.Should().Be(moved);
    }

    [Test]
    public async Task WhenTheEndKeepsMoving_TheCallerIsToldToLookAgain()
    {
        fixture.Store.OnAdmit = _ => ChatErrors.Moved;

        (await fixture.StartAsync(Ask())).Error.Should().Be(ChatErrors.Moved);

        fixture.Store.Demands.Should().HaveCount(3);
    }

    [Test]
    public async Task ARepetition_RefusedBecauseTheFirstIsRunning_JoinsTheFirst()
    {
        var request = Ask() with { Repeat = new RepeatableRequest("key", "body"u8.ToArray()) };
        StartedCompletion? first = null;
        // Between the first look of the second request and its admission.
        fixture.OnPlan = async () =>
        {
            fixture.OnPlan = null;
            first = (await fixture.Runner.StartAsync(request, default)).Value;
            fixture.Store.OnAdmit = _ => ChatErrors.Busy(first.Id);
        };

        var second = (await fixture.Runner.StartAsync(request, default)).Value;

        second.Should().BeEquivalentTo(new { first!.Id, IsReplay = true });
    }

    [Test]
    public async Task AnAnswer_NamesTheAnswersThatItsQuestionHadBefore_AndItself()
    {
        var (question, earlier) = (MessageId.New(fixture.Clock.GetUtcNow()), MessageId.New(fixture.Clock.GetUtcNow()));
        fixture.Conversation = fixture.Conversation.Value with { Question = new StoredQuestion(question, "Hello?") { AnswerIds = [earlier] } };

        var message = (await fixture.CompleteAsync(Ask() with { Regenerates = question })).Value.Message!;

        message.SiblingIds.Should().Equal(earlier, message.Id);
    }

    [Test]
    public async Task AnAnswer_OfANewQuestion_IsItsOnlyVersion([Values] bool inChat)
    {
        var message = (await fixture.CompleteAsync(inChat ? Ask() : fixture.Ask())).Value.Message!;

        message.SiblingIds.Should().Equal(message.Id);
    }

    private CompletionRequest Ask() => fixture.Ask() with { ChatId = new ChatId(Guid.CreateVersion7()) };
}
