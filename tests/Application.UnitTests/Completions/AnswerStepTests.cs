using CleanLlm.Application.Ai;
using CleanLlm.Application.Answers;
using CleanLlm.Application.Answers.Content;
using CleanLlm.Application.Answers.Leaks;
using CleanLlm.Application.Answers.Links;
using CleanLlm.Application.Answers.Secrets;
using CleanLlm.Application.Completions.Log;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Prompting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using static CleanLlm.Application.UnitTests.Completions.FakeAnswerSteps;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>What stands between what a model writes and what its caller reads.</summary>
internal sealed class AnswerStepTests
{
    [TestCase(true)]
    [TestCase(false)]
    public async Task AWordThatIsReplacedBothWays_NeverReachesTheModel_AndAlwaysTheUser(bool stream)
    {
        using var fixture = new RunnerFixture(promptSteps: [new TwoWays()], answerSteps: [new TwoWays()]);
        fixture.Model.Says("Dear [NA").Says("ME 1], ").Says("[").Says("NAME 2] and [NAM").Ends();

        var run = (await fixture.StartAsync(fixture.Ask("I am Ann.") with { Stream = stream })).Value;
        var ended = (await RunnerFixture.EndOfAsync(run)).Value;

        fixture.Model.Calls.Single().Messages.Single().Text.Should().Be("I am [NAME 1].");
        fixture.Store.Admitted.Single().Prompt.Should().Be("I am Ann.");
        ended.Message!.Content.Should().Be("Dear Ann, [NAME 2] and [NAM");
        string.Concat((await fixture.EventsAsync(run)).OfType<CompletionDelta>().Select(delta => delta.Text)).Should().Be(ended.Message.Content);
        fixture.Store.Closings.Single().Completion.Answer.Should().Be(ended.Message.Content);
    }

    [Test]
    public async Task ReasoningAndArgumentsOfTools_PassTheStepsToo_EachOnItsOwn()
    {
        using var fixture = new RunnerFixture(promptSteps: [new TwoWays()], answerSteps: [new TwoWays()]);
        fixture.Model
            .Reasons("It is [NAME").Wants(Call(0, "a", "f", "{\"who\":\"[NAME")).Wants(Call(1, "b", "g", "{\"who\":\"[NA"))
            .Reasons(" 1]").Wants(Call(0, null, null, " 1]\"}")).Wants(Call(1, null, null, "ME 1]\"}"))
            .Ends();

        var run = (await fixture.StartAsync(fixture.Ask("I am Ann.") with { Stream = true })).Value;
        var ended = (await RunnerFixture.EndOfAsync(run)).Value;

        ended.Message!.Reasoning.Should().Be("It is Ann");
        ended.ToolCalls.Should().Equal(new ToolCall("a", "f", "{\"who\":\"Ann\"}"), new ToolCall("b", "g", "{\"who\":\"Ann\"}"));
        var deltas = (await fixture.EventsAsync(run)).OfType<CompletionDelta>().Select(delta => delta.ToolCall).OfType<ToolCallDelta>().ToList();
        string.Concat(deltas.Where(delta => delta.Index == 1).Select(delta => delta.Arguments)).Should().Be("{\"who\":\"Ann\"}");
    }

    [Test]
    public async Task Flush_ShowsWhatIsHeldBackOfEveryStrand()
    {
        using var fixture = new RunnerFixture(answerSteps: [new Holding()]);
        fixture.Model.Reasons("think").Says("text").Wants(Call(0, "a", "f", "{}x")).Ends();

        var run = (await fixture.StartAsync(fixture.Ask() with { Stream = true })).Value;
        var ended = (await RunnerFixture.EndOfAsync(run)).Value;

        ended.Message.Should().BeEquivalentTo(new { Content = "text", Reasoning = "think" });
        var events = await fixture.EventsAsync(run);
        events.OfType<CompletionReasoning>().Select(piece => piece.Text).Should().Equal("think");
        events.OfType<CompletionDelta>().Select(piece => piece.Text + piece.ToolCall?.Arguments).Should().Equal("", "text", "{}x");
        events[^1].Should().BeOfType<CompletionFinished>("nothing follows the end");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task ABlockedAnswer_EndsAsBlocked_KeepsWhatWasShown_AndChargesWhatWasWritten(bool stream)
    {
        using var fixture = new RunnerFixture(answerSteps: [new Guarding()]);
        fixture.Model.Says("fine ").Says("forbidden").Says(" more").Ends();

        var run = (await fixture.StartAsync(fixture.Ask() with { Stream = stream })).Value;
        var ended = await RunnerFixture.EndOfAsync(run);

        ended.Error.Should().Be(CompletionErrors.Blocked);
        // A document is one piece.
        var shown = stream ? "fine " : "";
        string.Concat((await fixture.EventsAsync(run)).OfType<CompletionDelta>().Select(delta => delta.Text)).Should().Be(shown);
        var closing = fixture.Store.Closings.Single();
        closing.Completion.Should().BeEquivalentTo(new { Status = CompletionStatus.Failed, ErrorCode = "completion.blocked", Answer = shown });
        closing.Completion.Findings.Should().Equal(new Finding("guard", "forbidden_word", 1));
        closing.Entry!.CompletionTokens.Should().Be(stream ? "fine forbidden".Length : "fine forbidden more".Length, "what the model wrote is charged");
    }

    [Test]
    public async Task ThePiece_ThatAStepBlocks_ReachesNoLaterStep()
    {
        using var fixture = new RunnerFixture(answerSteps: [new Guarding(), new Noticing()]);
        fixture.Model.Says("fine ").Says("forbidden").Ends();

        var run = (await fixture.StartAsync(fixture.Ask() with { Stream = true })).Value;
        await RunnerFixture.EndOfAsync(run);

        fixture.Store.Closings.Single().Completion.Findings.Should().BeEquivalentTo([new Finding("guard", "forbidden_word", 1), new Finding("notice", "piece", 1)]);
    }

    [Test]
    public async Task AnAnswer_ThatIsBlockedAtItsEnd_ShowsNothingOfWhatWasHeldBack()
    {
        using var fixture = new RunnerFixture(answerSteps: [new Holding(), new Guarding()]);
        fixture.Model.Says("forbidden").Ends();

        var run = (await fixture.StartAsync(fixture.Ask())).Value;

        (await RunnerFixture.EndOfAsync(run)).Error.Should().Be(CompletionErrors.Blocked);
        fixture.Store.Closings.Single().Completion.Answer.Should().BeEmpty();
    }

    [Test]
    public async Task Findings_AreAddedUp_ComeAfterThoseOfThePrompt_AndAreStoredAtCheckpoints()
    {
        using var fixture = new RunnerFixture(answerSteps: [new Noticing()]);
        fixture.Model.Says("a").Says("b");

        var run = (await fixture.StartAsync(fixture.Ask("he\u200Bllo") with { Stream = true })).Value;
        await using var reader = run.Log.OpenReader(0, TimeSpan.FromHours(1), fixture.Clock, default);
        for (var seen = 0; seen < 3;)
            seen += (await reader.NextAsync()).Events.Count;
        fixture.Clock.Advance(TimeSpan.FromSeconds(5));
        await fixture.Running.CheckpointAsync(default);

        Finding[] expected = [new("sanitize", "invisible_characters_removed", 1) { Action = StepMode.Redact }, new("notice", "piece", 2)];
        fixture.Store.Checkpoints[^1].Findings.Should().Equal(expected);
        run.Cancel();
        (await RunnerFixture.EndOfAsync(run)).Value.Findings.Should().Equal(expected);
    }

    [Test]
    public async Task NamesOfTools_AreReplacedBothWays()
    {
        using var fixture = new RunnerFixture(promptSteps: [new TwoWays()], answerSteps: [new TwoWays()]);
        fixture.Model.Wants(Call(0, "a", "greet_[NAME 1]", "{}")).Ends();

        var run = (await fixture.StartAsync(fixture.Ask("I am Ann.") with { Stream = true })).Value;
        var ended = (await RunnerFixture.EndOfAsync(run)).Value;

        ended.ToolCalls.Should().Equal(new ToolCall("a", "greet_Ann", "{}"));
        (await fixture.EventsAsync(run)).OfType<CompletionDelta>().Should().ContainSingle().Which.ToolCall!.Name.Should().Be("greet_Ann");
    }

    [Test]
    public async Task TokensAreThoseThatTheModelWrote_WhateverIsShown()
    {
        using var fixture = new RunnerFixture(promptSteps: [new TwoWays()], answerSteps: [new TwoWays()]);
        fixture.Model.Says("Dear [NAME 1]").Wants(Call(0, "a", "f", "{\"who\":\"[NAME 1]\"}")).Ends();

        var ended = (await fixture.CompleteAsync(fixture.Ask("I am Ann.") with { Stream = true })).Value;

        ended.Message!.Content.Should().Be("Dear Ann");
        ended.Usage.CompletionTokens.Should().Be("Dear [NAME 1]".Length + "f{\"who\":\"[NAME 1]\"}".Length);
    }

    [Test]
    public async Task ACancelledAnswer_KeepsWhatWasHeldBack_AndItsCallsAreVisiblyCut()
    {
        using var fixture = new RunnerFixture(answerSteps: [new Holding()]);
        fixture.Model.Says("held").Wants(Call(0, "a", "f", "{\"x"));
        var run = (await fixture.StartAsync(fixture.Ask() with { Stream = true })).Value;
        while (run.ToolCalls.Calls.Count == 0)
            await Task.Yield();

        run.Cancel();
        var ended = (await RunnerFixture.EndOfAsync(run)).Value;

        ended.Message!.Content.Should().Be("held");
        ended.ToolCalls.Should().Equal(new ToolCall("a", "f", "{\"x"));
    }

    [Test]
    public async Task AnObserverThatFails_CostsNoAnswer()
    {
        using var fixture = new RunnerFixture { OnClosed = () => throw new InvalidOperationException("broken") };
        fixture.Model.Says("well").Ends();

        (await fixture.CompleteAsync(fixture.Ask())).Value.Message!.Content.Should().Be("well");
    }

    [Test]
    public async Task AStepThatFailsAtTheEnd_EndsTheRunAsAFault_AndItIsSettled()
    {
        using var fixture = new RunnerFixture(answerSteps: [new Failing()]);
        fixture.Model.Says("said").Ends();

        (await RunnerFixture.EndOfAsync((await fixture.StartAsync(fixture.Ask())).Value)).Error.Should().Be(CompletionErrors.Fault);
        fixture.Store.Closings.Should().ContainSingle().Which.Entry.Should().NotBeNull();
    }

    [Test]
    public async Task AStepThatFails_ShowsNothingOfWhatItHeldBack()
    {
        using var fixture = new RunnerFixture(answerSteps: [new Breaking()]);
        fixture.Model.Says("held back").Says(" broken").Ends();

        var run = (await fixture.StartAsync(fixture.Ask() with { Stream = true })).Value;

        (await RunnerFixture.EndOfAsync(run)).Error.Should().Be(CompletionErrors.Fault);
        (await fixture.EventsAsync(run)).OfType<CompletionDelta>().Should().BeEmpty();
        fixture.Store.Closings.Single().Completion.Answer.Should().BeEmpty();
    }

    [Test]
    public async Task Findings_AreCounted_OnceForEachAnswer()
    {
        using var counted = new CountedFindings();
        using var fixture = new RunnerFixture(answerSteps: [new Noticing("counted")]);
        fixture.Model.Says("a").Says("b").Ends();

        await fixture.CompleteAsync(fixture.Ask() with { Stream = true });

        counted.Of("counted").Should().Equal((2, "piece", "always"));
    }

    [Test]
    public async Task AStepThatHoldsBackTooMuch_EndsTheRunAsAFault()
    {
        using var fixture = new RunnerFixture(answerSteps: [new Holding()]);
        fixture.Model.Says(new string('x', AnswerChain.MostHeldBack)).Says("x").Ends();

        (await RunnerFixture.EndOfAsync((await fixture.StartAsync(fixture.Ask())).Value)).Error.Should().Be(CompletionErrors.Fault);
    }

    [Test]
    public void AddApplication_RegistersTheStepsInTheirOrder() =>
        new ServiceCollection().AddApplication(new ConfigurationBuilder().Build()).Where(service => service.ServiceType == typeof(IAnswerStep))
            .Select(step => step.ImplementationType).Should().Equal(
                typeof(CleaningStep), typeof(LeakStep), typeof(CanaryStep), typeof(OwnLeakStep), typeof(AnswerSecretsStep), typeof(LinkStep), typeof(ContentStep), typeof(RestoringStep));

    private static ToolCallFragment Call(int index, string? id, string? name, string arguments) => new() { Index = index, Id = id, Name = name, Arguments = arguments };
}
