using CleanLlm.Application.Ai;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Log;
using CleanLlm.Application.Completions.Running;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Usage;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>The second half of the runner: what an answer becomes, as JSON and as a stream.</summary>
[TestFixture(false)]
[TestFixture(true)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class CompletionAnsweringTests(bool stream) : IDisposable
{
    private readonly RunnerFixture fixture = new();

    private CompletionClosing Closing => fixture.Store.Closings.Should().ContainSingle("a run is closed exactly once").Subject;

    public void Dispose() => fixture.Dispose();

    [TestCase(true)]
    [TestCase(false)]
    public async Task AnAnswerThatIsNotToBeStored_IsGone_OnceOnlyItsRowIsLeft(bool store)
    {
        fixture.Model.Says("Hello").Ends();

        var told = await fixture.CompleteAsync(fixture.Ask() with { Store = store });

        told.Value.Should().BeEquivalentTo(new { IsAnswerGone = false, Message = new { Content = "Hello" } });
        var row = fixture.Store.Admitted.Single();
        CompletionDto.From(row, row.Answer).IsAnswerGone.Should().Be(!store);
    }

    [TestCase("stop", false, FinishReason.Stop)]
    [TestCase("length", false, FinishReason.Length)]
    [TestCase("content_filter", false, FinishReason.ContentFilter)]
    [TestCase("tool_calls", true, FinishReason.ToolCalls)]
    [TestCase("stop", true, FinishReason.Stop)]
    [TestCase("pause_turn", false, FinishReason.Length)]
    [TestCase("pause_turn", true, FinishReason.ToolCalls)]
    public async Task Reason_ThatIsNotKnown_DoesNotClaimAnOrderlyEnd(string reason, bool calls, FinishReason expected)
    {
        fixture.Model.Says("Hello");
        if (calls)
            fixture.Model.Wants(new ToolCallFragment { Index = 0, Id = "a", Name = "f", Arguments = "{}" });
        fixture.Model.Ends(new ChatFinishReason(reason));

        (await RunnerFixture.EndOfAsync(await StartAsync())).Value.FinishReason.Should().Be(expected);
    }

    [Test]
    public async Task ToolCalls_HaveTheSameIdsInTheLogInTheAnswerAndStored()
    {
        fixture.Model
            .Wants(new ToolCallFragment { Index = 0, Id = "", Name = "f", Arguments = "{\"x\"" })
            .Wants(new ToolCallFragment { Index = 0, Id = "", Name = "", Arguments = ":1}" })
            .Wants(new ToolCallFragment { Index = 0, Name = "g" })
            .Ends(ChatFinishReason.ToolCalls);
        var run = await StartAsync();

        var told = (await RunnerFixture.EndOfAsync(run)).Value.ToolCalls;

        told.Select(call => (call.Name, call.Arguments)).Should().Equal(("f", "{\"x\":1}"), ("g", "{}"));
        told.Select(call => call.Id).Should().OnlyHaveUniqueItems().And.AllSatisfy(id => id.Should().StartWith("call_"));
        Closing.Completion.ToolCalls.Should().Equal(told);
        var pieces = (await fixture.EventsAsync(run)).OfType<CompletionDelta>().Select(delta => delta.ToolCall).OfType<ToolCallDelta>().ToList();
        pieces.Where(piece => piece.Id is not null).Select(piece => (piece.Index, piece.Id, piece.Name))
            .Should().Equal((0, told[0].Id, "f"), (1, told[1].Id, "g"));
    }

    [Test]
    public async Task Answer_IsStoredChargedAndTold()
    {
        fixture.Model.Says("Hel", "lo!").Ends(ChatFinishReason.Length);
        var run = await StartAsync();

        var completion = (await RunnerFixture.EndOfAsync(run)).Value;

        completion.Should().BeEquivalentTo(new
        {
            run.Id,
            ChatId = (object?)null,
            Status = CompletionStatus.Succeeded,
            Model = "small",
            FinishReason = FinishReason.Length,
            ErrorCode = (string?)null,
            Cached = false,
            // 12 prompt tokens at 1 micro each and 6 of the answer at 2.
            Usage = new { PromptTokens = 12, CompletionTokens = 6, TotalTokens = 18, CostMicros = 24 },
            Message = new { Content = "Hello!", Model = "small", PromptTokens = 12, CompletionTokens = 6 },
            CreatedAt = fixture.Clock.GetUtcNow(),
            FinishedAt = fixture.Clock.GetUtcNow(),
        });
        Closing.Entry.Should().BeEquivalentTo(new { run.Id, fixture.UserId, Basis = UsageBasis.Counted, PriceVersion = "v1", CostNanos = 24000L });
        Closing.Completion.Should().BeEquivalentTo(new { Prompt = "hello", Answer = "Hello!" });
        var events = await fixture.EventsAsync(run);
        events[0].Should().Be(new CompletionStarted(run.Id, "small"));
        string.Concat(events.OfType<CompletionDelta>().Select(delta => delta.Text)).Should().Be("Hello!");
        events.OfType<CompletionDelta>().Should().HaveCount(stream ? 2 : 1);
        events[^1].Should().Be(new CompletionFinished(completion));
    }

    [Test]
    public async Task Usage_WhenTheProviderReportsIt_IsCharged()
    {
        fixture.Model.Says("Hello!").Reports(20, 3).Ends();

        (await CompleteAsync()).Value.Usage.Should().BeEquivalentTo(new { PromptTokens = 20, CompletionTokens = 3, CostMicros = 26 });
        Closing.Entry!.Basis.Should().Be(UsageBasis.Reported);
    }

    [TestCase(-5, 3, 12, 3)]
    [TestCase(20, -1, 20, 6)]
    [TestCase(5_000_000_000, 3, 12, 3)]
    [TestCase(20, 5_000_000_000, 20, 6)]
    [TestCase(0, 0, 12, 6)]
    [TestCase(20, 0, 20, 6)]
    [TestCase(0, 3, 12, 3)]
    public async Task Usage_WhenAFigureOfTheProviderIsNonsense_IsCountedInItsPlace(long promptTokens, long completionTokens, int prompt, int completion)
    {
        fixture.Model.Says("Hello!").Reports(promptTokens, completionTokens).Ends();

        (await CompleteAsync()).Value.Usage.Should().BeEquivalentTo(new { PromptTokens = prompt, CompletionTokens = completion });
        Closing.Entry!.Basis.Should().Be(UsageBasis.Counted);
    }

    [TestCase(ProviderFailure.Refused, "provider.unavailable", ErrorKind.Unavailable, 5)]
    [TestCase(ProviderFailure.RateLimited, "provider.rate_limited", ErrorKind.Unavailable, 5)]
    [TestCase(ProviderFailure.Timeout, "provider.timeout", ErrorKind.Timeout, null)]
    [TestCase(ProviderFailure.Rejected, "provider.rejected", ErrorKind.Malformed, null)]
    [TestCase(ProviderFailure.BadAnswer, "provider.bad_answer", ErrorKind.BadGateway, null)]
    [TestCase(ProviderFailure.CutOff, "provider.cut_off", ErrorKind.BadGateway, null)]
    [TestCase(ProviderFailure.TooLong, "provider.too_long", ErrorKind.BadGateway, null)]
    [TestCase(ProviderFailure.ContextTooLong, "prompt.too_long", ErrorKind.Invalid, null)]
    [TestCase(ProviderFailure.ContentFiltered, "provider.content_filtered", ErrorKind.Invalid, null)]
    [TestCase(ProviderFailure.ModelNotFound, "provider.model_not_found", ErrorKind.BadGateway, null)]
    [TestCase(ProviderFailure.RequestTooLarge, "provider.request_too_large", ErrorKind.TooLarge, null)]
    [TestCase(ProviderFailure.InvalidImage, "provider.invalid_image", ErrorKind.Malformed, null)]
    [TestCase(ProviderFailure.UnsupportedParameter, "provider.unsupported_parameter", ErrorKind.Malformed, null)]
    [TestCase(ProviderFailure.ValueTooLong, "provider.value_too_long", ErrorKind.Malformed, null)]
    public async Task Answer_WhenTheProviderFailsBeforeAWord_ChargesNothing(ProviderFailure failure, string code, ErrorKind kind, int? retrySeconds)
    {
        fixture.Model.Throws(new ProviderException(failure, "it failed"));
        var run = await StartAsync();

        var error = (await RunnerFixture.EndOfAsync(run)).Error!;

        error.Should().BeEquivalentTo(new { Code = code, Kind = kind });
        error.RetryAfter?.TotalSeconds.Should().Be(retrySeconds);
        ShouldHaveReleased(code);
        (await fixture.EventsAsync(run)).Should().Equal(new CompletionStarted(run.Id, "small"), new CompletionFailed(error));
    }

    [Test]
    public async Task Answer_WhenTheProviderSaysWhenToRetry_PassesItOn()
    {
        fixture.Model.Throws(new ProviderException(ProviderFailure.RateLimited, "busy") { RetryAfter = TimeSpan.FromSeconds(42) });

        (await CompleteAsync()).Error!.RetryAfter.Should().Be(TimeSpan.FromSeconds(42));
    }

    [Test]
    public async Task Answer_WhenTheClientThrowsWhatItLikes_IsAServerErrorAndReleased()
    {
        fixture.Model.Throws(new FormatException("a fault of a plugged-in client"));

        (await CompleteAsync()).Error.Should().Be(CompletionErrors.Fault);
        ShouldHaveReleased("server.error");
    }

    [Test]
    public async Task Answer_WhenTheClientCancelsByItself_IsAServerError()
    {
        fixture.Model.Throws(new OperationCanceledException());

        (await CompleteAsync()).Error.Should().Be(CompletionErrors.Fault);
    }

    [Test]
    public async Task Answer_WhenTooLong_IsKeptAndChargedAsFarAsItCame()
    {
        fixture.Value = new CompletionOptions { MaxOutputBytes = 1024 };
        fixture.Model.Says(new string('a', 1000), new string('b', 25)).Ends();

        (await CompleteAsync()).Error.Should().Be(CompletionErrors.TooLong);
        Closing.Entry.Should().BeEquivalentTo(new { CompletionTokens = 1025, Basis = UsageBasis.Partial });
    }

    [Test]
    public async Task Answer_WhenItTakesTooLong_TimesOut()
    {
        fixture.Value = new CompletionOptions { MaxSeconds = 7 };
        var run = await StartAsync();

        fixture.Clock.Advance(TimeSpan.FromSeconds(7) - TimeSpan.FromTicks(1));
        run.Outcome.IsCompleted.Should().BeFalse();
        fixture.Clock.Advance(TimeSpan.FromTicks(1));

        (await RunnerFixture.EndOfAsync(run)).Error.Should().Be(CompletionErrors.TimedOut);
        ShouldHaveReleased("completion.timeout");
    }

    [Test]
    public async Task Answer_WhenTheCallerLeaves_GoesOn()
    {
        using var caller = new CancellationTokenSource();
        var run = (await fixture.StartAsync(fixture.Ask() with { Stream = stream }, caller.Token)).Value;

        await caller.CancelAsync();
        fixture.Model.Says("Hello!").Ends();

        (await RunnerFixture.EndOfAsync(run)).IsSuccess.Should().BeTrue();
        Closing.Completion.Answer.Should().Be("Hello!");
    }

    [Test]
    public async Task Answer_WhenEmpty_SucceedsWithoutAMessage()
    {
        fixture.Model.Ends();

        var completion = (await CompleteAsync()).Value;

        completion.Message.Should().BeNull();
        completion.Usage.Should().BeEquivalentTo(new { PromptTokens = 12, CompletionTokens = 0 });
    }

    [Test]
    public async Task Answer_WhenNotToBeStored_IsToldButNotKept()
    {
        fixture.Model.Says("Hello!").Ends();

        var completion = (await fixture.CompleteAsync(fixture.Ask() with { Store = false, Stream = stream })).Value;

        completion.Message!.Content.Should().Be("Hello!");
        Closing.Completion.Should().BeEquivalentTo(new { Prompt = (string?)null, Answer = (string?)null });
        Closing.Entry.Should().NotBeNull();
    }

    [Test]
    public async Task Commit_WhenItIsFoundStoredAlready_IsTheAnswer()
    {
        fixture.Store.OnClose = closing =>
        {
            fixture.Stored = CompletionDto.From(closing.Completion, "Hello!");
            return false;
        };
        fixture.Model.Says("Hello!").Ends();

        (await CompleteAsync()).Value.Message!.Content.Should().Be("Hello!");
    }

    [Test]
    public async Task Commit_WhenTheSweepWasFaster_IsInterrupted()
    {
        fixture.Store.OnClose = _ => false;
        fixture.Model.Says("Hello!").Ends();

        (await CompleteAsync()).Error.Should().Be(CompletionErrors.Interrupted);
    }

    [Test]
    public async Task Commit_ThatCannotBeStored_EndsTheRunAllTheSame()
    {
        fixture.Store.OnClose = _ => throw new InvalidOperationException("a bug");
        fixture.Model.Says("Hello!").Ends();
        var run = await StartAsync();

        (await RunnerFixture.EndOfAsync(run)).Error.Should().BeEquivalentTo(new { Code = "dependency.unavailable", Kind = ErrorKind.Unavailable });
        (await fixture.EventsAsync(run))[^1].Should().Be(new CompletionFailed(CompletionErrors.NotStored));
    }

    private async Task<CompletionRun> StartAsync() => (await fixture.StartAsync(fixture.Ask() with { Stream = stream })).Value;

    private async Task<Result<CompletionDto>> CompleteAsync() => await RunnerFixture.EndOfAsync(await StartAsync());

    private void ShouldHaveReleased(string code)
    {
        Closing.Entry.Should().BeNull("what was never said is not charged");
        Closing.Completion.Should().BeEquivalentTo(new { Status = CompletionStatus.Failed, ErrorCode = code, CostNanos = 0L });
        Closing.Released.CompletionTokens.Should().Be(100);
    }
}
