using CleanLlm.Application.Chats.Titles;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.UnitTests.Completions;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using MediatR;
using NSubstitute;

namespace CleanLlm.Application.UnitTests.Chats.Titles;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TitleChatTests : IDisposable
{
    private readonly RunnerFixture fixture = new();
    private readonly IChatTitles titles = Substitute.For<IChatTitles>();
    private readonly ChatId chat = ChatId.New(DateTimeOffset.UnixEpoch);

    [SetUp]
    public void Begin() => titles.FindUntitledAsync(default, default, default, default)
        .ReturnsForAnyArgs(new ChatOpening("What is love?", "Baby don't hurt me."));

    [Test]
    public async Task Title_IsWrittenByTheCheapestAllowedModel_AndStoredNowhereElse()
    {
        fixture.Model.Says("\"All ", "about love\"").Ends();

        (await TitleAsync()).IsSuccess.Should().BeTrue();

        await titles.Received(1).SetAsync(chat, fixture.UserId, "All about love", Arg.Any<CancellationToken>());
        var (messages, options) = fixture.Model.Calls.Should().ContainSingle().Subject;
        messages[^1].Text.Should().Contain("What is love?").And.Contain("Baby don't hurt me.");
        (options!.ModelId, options.MaxOutputTokens).Should().Be(("large", 900));
        fixture.Store.Closings.Should().ContainSingle().Which.Should().BeEquivalentTo(new
        {
            Exchange = (Exchange?)null,
            Completion = new { Store = false, Turn = (ChatTurn?)null, Answer = (string?)null, fixture.UserId },
        });
    }

    [Test]
    public async Task Title_OfAPlanWithOneModel_IsWrittenByThatOne()
    {
        fixture.Plan = RunnerFixture.PlanOf([], maxOutputTokens: 20, "small");
        fixture.Model.Says("Love").Ends();

        await TitleAsync();

        fixture.Model.Calls.Should().ContainSingle().Which.Options.Should().BeEquivalentTo(new { ModelId = "small", MaxOutputTokens = 20 });
    }

    [TestCase("<think>The user wants a title.</think>\n\nLove", "Love")]
    [TestCase("The user wants a title.\n</think>\nLove", "Love")]
    [TestCase("<think>The user wants", null)]
    public async Task Title_HoldsNothingOfWhatTheModelThought(string written, string? title)
    {
        fixture.Model.Says(written).Ends();

        (await TitleAsync()).IsSuccess.Should().BeTrue();

        if (title is null)
            await titles.DidNotReceiveWithAnyArgs().SetAsync(default, default, default!, default);
        else
            await titles.Received(1).SetAsync(chat, fixture.UserId, title, Arg.Any<CancellationToken>());
    }

    [Test]
    public async Task Title_ThatWasCutOff_IsNone()
    {
        fixture.Model.Says("A very long").Ends(Microsoft.Extensions.AI.ChatFinishReason.Length);

        (await TitleAsync()).IsSuccess.Should().BeTrue();

        await titles.DidNotReceiveWithAnyArgs().SetAsync(default, default, default!, default);
    }

    [Test]
    public async Task Title_MayThinkAsLongAsItIsTold()
    {
        fixture.Model.Says("Love").Ends();

        await new TitleChatHandler(titles, fixture, fixture, fixture.Runner, fixture.Retries, Microsoft.Extensions.Options.Options.Create(new TitleOptions { FromQuestion = false, MaxTokens = 300 }))
            .Handle(new TitleChat(chat, fixture.UserId), default);

        fixture.Model.Calls.Should().ContainSingle().Which.Options!.MaxOutputTokens.Should().Be(300);
    }

    [Test]
    public async Task Title_FromTheQuestion_AsksNoModel()
    {
        (await TitleAsync(fromQuestion: true)).IsSuccess.Should().BeTrue();

        await titles.Received(1).SetAsync(chat, fixture.UserId, "What is love?", Arg.Any<CancellationToken>());
        fixture.Model.Calls.Should().BeEmpty();
    }

    [Test]
    public async Task Title_WhenTheModelFails_OrSaysNothing_IsNone([Values] bool fails)
    {
        if (fails)
            fixture.Model.Throws(new InvalidOperationException());
        else
            fixture.Model.Says(" \n").Ends();

        (await TitleAsync()).IsSuccess.Should().Be(!fails);

        await titles.DidNotReceiveWithAnyArgs().SetAsync(default, default, default!, default);
    }

    [Test]
    public async Task Title_WhenTheQuotaIsSpent_IsNone()
    {
        fixture.Plan = RunnerFixture.PlanOf([new PlanLimit(QuotaMetric.Tokens, QuotaWindow.Day, 100)]);

        (await TitleAsync()).Error!.Code.Should().Be("quota.exceeded");

        fixture.Model.Calls.Should().BeEmpty();
        await titles.DidNotReceiveWithAnyArgs().SetAsync(default, default, default!, default);
    }

    [Test]
    public async Task Title_TakesNoPlaceAmongTheCompletionsAtOnce()
    {
        fixture.Plan = RunnerFixture.PlanOf([]);
        fixture.Plan.Change(fixture.Plan.Terms with { Concurrency = 1 });
        fixture.Store.Used = 1;
        fixture.Model.Says("Love").Ends();

        (await TitleAsync()).IsSuccess.Should().BeTrue();

        (await fixture.StartAsync(fixture.Ask())).Error!.Code.Should().Be("rate_limit.exceeded", "anybody else's would");
    }

    [Test]
    public async Task Title_OfAChatThatHasOne_AsksNothing()
    {
        titles.FindUntitledAsync(default, default, default, default).ReturnsForAnyArgs((ChatOpening?)null);

        (await TitleAsync()).IsSuccess.Should().BeTrue();

        fixture.Model.Calls.Should().BeEmpty();
    }

    [Test]
    public async Task TheQueue_TakesAChatsFirstAnswerOnly_AndDropsWhatItCannotHold()
    {
        fixture.Conversation = new Conversation(Model: null, SystemPrompt: null, ParentId: null, Messages: []);
        fixture.Model.Says("one").Ends();
        await fixture.CompleteAsync(fixture.Ask() with { ChatId = chat });
        fixture.Titles.Reader.TryRead(out var first).Should().BeTrue();
        first.Should().Be(new TitleChat(chat, fixture.UserId));

        var closing = fixture.Store.Closings[0];
        fixture.Titles.Closed(closing with { Exchange = closing.Exchange! with { Question = null } });
        fixture.Titles.Closed(closing with { Exchange = null });
        using var later = new RunnerFixture
        {
            Conversation = new Conversation(Model: null, SystemPrompt: null, MessageId.New(fixture.Clock.GetUtcNow()), Messages: []),
        };
        later.Model.Says("two").Ends();
        await later.CompleteAsync(later.Ask() with { ChatId = chat });
        fixture.Titles.Closed(later.Store.Closings[0]);
        fixture.Titles.Reader.Count.Should().Be(0);
        for (var i = 0; i < 5; i++)
            fixture.Titles.Closed(closing);

        (fixture.Titles.Reader.Count, fixture.Titles.TakeDropped(), fixture.Titles.TakeDropped()).Should().Be((2, 3, 0));
    }

    public void Dispose() => fixture.Dispose();

    private Task<Result<Unit>> TitleAsync(bool fromQuestion = false) =>
        new TitleChatHandler(titles, fixture, fixture, fixture.Runner, fixture.Retries, Microsoft.Extensions.Options.Options.Create(new TitleOptions { FromQuestion = fromQuestion }))
            .Handle(new TitleChat(chat, fixture.UserId), default);
}
