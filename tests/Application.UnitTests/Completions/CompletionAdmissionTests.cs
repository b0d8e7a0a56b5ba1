using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Completions.Running;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>The first half of the runner: load, prepare, admit.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class CompletionAdmissionTests : IDisposable
{
    private static readonly PlanLimit TokensADay = new(QuotaMetric.Tokens, QuotaWindow.Day, 60);

    private readonly RunnerFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    [Test]
    public async Task Start_WhenTheUserIsGone_IsUnauthenticated()
    {
        fixture.Plan = null;

        (await fixture.StartAsync(fixture.Ask())).Error.Should().Be(AuthErrors.AccountUnavailable);
        ShouldHaveTouchedNothing();
    }

    [Test]
    public async Task Start_WhenTheModelIsUnknown_NamesTheField()
    {
        var started = await fixture.StartAsync(fixture.Ask() with { Model = "none" });

        started.Error.Should().BeEquivalentTo(new { Kind = ErrorKind.Invalid, Code = "model.unknown" });
        started.Error!.Fields.Should().ContainKey("model");
        ShouldHaveTouchedNothing();
    }

    [Test]
    public async Task Start_WhenThePlanExcludesTheModel_IsForbidden()
    {
        fixture.Plan = RunnerFixture.PlanOf([], maxOutputTokens: null, "large");

        var started = await fixture.StartAsync(fixture.Ask() with { Model = "small" });

        started.Error.Should().BeEquivalentTo(new { Kind = ErrorKind.Forbidden, Code = "model.not_in_plan" });
        ShouldHaveTouchedNothing();
    }

    [Test]
    public async Task Start_WhenAnAliasStandsForSeveralModels_TakesTheFirstThatThePlanAllows()
    {
        fixture.Plan = RunnerFixture.PlanOf([], maxOutputTokens: null, "large");
        fixture.Model.Ends();

        (await fixture.CompleteAsync(fixture.Ask() with { Model = RunnerFixture.Alias })).Value.Model.Should().Be("large");
        fixture.Model.Calls.Should().ContainSingle().Which.Options!.ModelId.Should().Be("large");
    }

    [Test]
    public async Task Start_WhenThePlanExcludesAllThatAnAliasStandsFor_IsForbidden()
    {
        fixture.Plan = RunnerFixture.PlanOf([], maxOutputTokens: null, "other");

        var started = await fixture.StartAsync(fixture.Ask() with { Model = RunnerFixture.Alias });

        started.Error.Should().BeEquivalentTo(QuotaErrors.ModelNotInPlan("small"));
        ShouldHaveTouchedNothing();
    }

    [Test]
    public async Task Start_WhenThePlanAllowsOnlyAStandIn_IsForbidden()
    {
        fixture.Plan = RunnerFixture.PlanOf([], maxOutputTokens: null, "large");
        fixture.Substitutes = [RunnerFixture.Large];

        (await fixture.StartAsync(fixture.Ask() with { Model = "small" })).Error.Should().BeEquivalentTo(QuotaErrors.ModelNotInPlan("small"));
        ShouldHaveTouchedNothing();
    }

    [Test]
    public async Task Start_LeavesOutAStandInWhoseContextThePromptAndItsAnswerDoNotFit()
    {
        // The prompt has 12 tokens.
        var fits = RunnerFixture.Small with { Id = "fits", ContextWindow = 22, MaxOutputTokens = 10 };
        fixture.Substitutes = [fits with { Id = "too small", ContextWindow = 21 }, fits];
        fixture.Model.Ends();

        var run = (await fixture.StartAsync(fixture.Ask() with { Model = "small" })).Value;

        run.Call.Candidates.Select(model => model.Id).Should().Equal("small", "fits");
        await RunnerFixture.EndOfAsync(run);
    }

    [Test]
    public async Task Start_HoldsWhatTheDearestOfThoseWhoMayAnswerWouldCost()
    {
        fixture.Substitutes =
        [
            RunnerFixture.Small with { Id = "dear", Price = new TokenPrice(5, 0.5m, "v2") },
            RunnerFixture.Small with { Id = "dearest, but too small", ContextWindow = 20, Price = new TokenPrice(9, 9, "v2") },
        ];
        fixture.Model.Ends();

        await fixture.CompleteAsync(fixture.Ask() with { Model = "small" });

        fixture.Store.Demands.Should().ContainSingle().Which.Price.Should().BeEquivalentTo(new { Prompt = 5m, Completion = 2m });
    }

    [Test]
    public async Task Start_WhenTheCatalogueIsRenewedMeanwhile_GoesByWhatItSaidFirst()
    {
        fixture.IsRenewedAfterOneLook = true;
        fixture.Model.Ends();

        (await fixture.CompleteAsync(fixture.Ask() with { Model = "small" })).Value.Model.Should().Be("small");
    }

    [Test]
    public async Task Start_WhenNoModelIsNamed_TakesTheFirstThatThePlanAllows()
    {
        fixture.Plan = RunnerFixture.PlanOf([], maxOutputTokens: null, "large");
        fixture.Model.Ends();

        (await fixture.CompleteAsync(fixture.Ask())).Value.Model.Should().Be("large");
    }

    [TestCase(null, 101, "At most 100 for the model 'small' on your plan.")]
    [TestCase(50, 51, "At most 50 for the model 'small' on your plan.")]
    public async Task Start_WhenMoreTokensAreAskedForThanModelOrPlanAllow_NamesTheField(int? planMaximum, int wanted, string message)
    {
        fixture.Plan = RunnerFixture.PlanOf([], planMaximum);

        var started = await fixture.StartAsync(fixture.Ask() with { MaxTokens = wanted });

        started.Error!.Fields.Should().BeEquivalentTo(new Dictionary<string, string[]> { ["maxTokens"] = [message] });
        ShouldHaveTouchedNothing();
    }

    [Test]
    public async Task Start_WhenTheQuotaIsSpent_CallsNoModel()
    {
        fixture.Plan = RunnerFixture.PlanOf([TokensADay]);
        fixture.Store.Used = 60;

        var started = await fixture.StartAsync(fixture.Ask());

        started.Error.Should().BeEquivalentTo(new { Kind = ErrorKind.LimitExceeded, Code = "quota.exceeded" });
        started.Error!.Limit.Should().Be(new LimitHit("tokens", "day", 60, new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero)));
        started.Error.RetryAfter.Should().Be(TimeSpan.FromHours(12));
        fixture.Model.Calls.Should().BeEmpty();
        fixture.Store.Admitted.Should().BeEmpty();
    }

    [Test]
    public async Task Start_WhenTheStepsRefuseThePrompt_ReservesNothing()
    {
        var started = await fixture.StartAsync(fixture.Ask("\u200B\u202E"));

        started.Error!.Fields.Should().ContainKey("prompt");
        ShouldHaveTouchedNothing();
    }

    [Test]
    public async Task Start_WhenCancelledBeforeAdmission_Throws()
    {
        await fixture.Invoking(f => f.StartAsync(f.Ask(), new CancellationToken(canceled: true))).Should().ThrowAsync<OperationCanceledException>();

        fixture.Model.Calls.Should().BeEmpty();
    }

    [Test]
    public async Task Start_WhenTheChatCannotBeRead_SaysWhy()
    {
        fixture.Conversation = ChatErrors.ParentIsQuestion;

        (await fixture.StartAsync(InChat())).Error.Should().Be(ChatErrors.ParentIsQuestion);
        ShouldHaveTouchedNothing();
    }

    [Test]
    public async Task Start_InAChat_SendsItsInstructionsAndHistoryToItsModel()
    {
        fixture.Conversation = new Conversation(
            "large", "Be brief.", MessageId.New(fixture.Clock.GetUtcNow()), [new(MessageRole.User, "q1"), new(MessageRole.Assistant, "a1")]);
        fixture.Model.Says("a2").Ends();

        await fixture.CompleteAsync(InChat() with { Temperature = 0.5f });

        var (messages, options) = fixture.Model.Calls.Should().ContainSingle().Subject;
        messages.Select(message => (message.Role, message.Text)).Should().Equal(
            (ChatRole.System, "Be brief."), (ChatRole.User, "q1"), (ChatRole.Assistant, "a1"), (ChatRole.User, "hello"));
        options.Should().BeEquivalentTo(new { ModelId = "large", Temperature = 0.5f });
    }

    [Test]
    public async Task Start_InAChat_GivesOutTheIdsOfBothMessages()
    {
        var parent = MessageId.New(fixture.Clock.GetUtcNow());
        fixture.Conversation = new Conversation(Model: null, SystemPrompt: null, parent, []);
        fixture.Model.Says("answer").Ends();
        var request = InChat();

        var completion = (await fixture.CompleteAsync(request)).Value;

        var turn = fixture.Store.Admitted.Should().ContainSingle().Subject.Turn!;
        turn.Should().BeEquivalentTo(new { request.ChatId, ParentId = parent });
        turn.QuestionId.Should().NotBe(turn.AnswerId);
        completion.ChatId.Should().Be(request.ChatId);
        completion.Message.Should().BeEquivalentTo(new { Id = turn.AnswerId, ParentId = turn.QuestionId, Content = "answer" });
        var exchange = fixture.Store.Closings.Should().ContainSingle().Subject.Exchange!;
        exchange.Question.Should().BeEquivalentTo(new { Id = turn.QuestionId, ParentId = parent, Content = "hello" });
        exchange.Answer.Should().BeEquivalentTo(new { Id = turn.AnswerId, ParentId = turn.QuestionId, Content = "answer" });
    }

    [Test]
    public async Task WhatIsAdmittedHere_CanRunLaterAndElsewhere()
    {
        using var there = new RunnerFixture();
        fixture.Plan = RunnerFixture.PlanOf([TokensADay]);
        there.Model.Says("Well").Ends();
        var request = fixture.Ask() with { MaxTokens = 10, Temperature = 0.5f };
        AdmittedCompletion admitted;
        using (var place = (await fixture.Admission.EnterAsync(request.Payer, default)).Value)
            admitted = (await fixture.Runner.AdmitAsync(request, place, default)).Value.Completion!;

        fixture.Store.Admitted.Should().ContainSingle().Which.Status.Should().Be(CompletionStatus.Running);
        fixture.Running.IsRunning(admitted.Completion.Id).Should().BeFalse();

        var ended = (await RunnerFixture.EndOfAsync(there.Runner.Run(admitted).Run!)).Value;

        ended.Should().BeEquivalentTo(new { admitted.Completion.Id, Status = CompletionStatus.Succeeded });
        fixture.Model.Calls.Should().BeEmpty();
        var (messages, options) = there.Model.Calls.Should().ContainSingle().Subject;
        messages.Should().ContainSingle().Which.Text.Should().Be("hello");
        options.Should().BeEquivalentTo(new { ModelId = "small", Temperature = 0.5f, MaxOutputTokens = 10 });
        there.Store.Closings.Should().ContainSingle().Which.Released.Holds.Should().ContainSingle();
    }

    private CompletionRequest InChat() => fixture.Ask() with { ChatId = ChatId.New(fixture.Clock.GetUtcNow()) };

    private void ShouldHaveTouchedNothing()
    {
        fixture.Store.Demands.Should().BeEmpty();
        fixture.Model.Calls.Should().BeEmpty();
    }
}
