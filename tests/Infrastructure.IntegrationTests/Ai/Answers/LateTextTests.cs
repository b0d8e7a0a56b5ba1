using CleanLlm.Application.Ai;
using CleanLlm.Testing;
using CleanLlm.Testing.Upstream;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.Answers;

/// <summary>What comes after a finish reason. The idle limit is 20 seconds.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class LateTextTests
{
    private const string First = """{"choices":[{"index":0,"delta":{"content":"One"}}]}""";
    private const string Stop = """{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""";
    private const string More = """{"choices":[{"index":0,"delta":{"content":" two"}}]}""";
    private const string Usage = """{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2}}""";

    private readonly FakeTimeProvider clock = new();

    [Test]
    public async Task Text_AfterAFinishReasonAndSilence_BelongsToTheAnswer([Values] bool usageWithReason)
    {
        var stop = usageWithReason ? Stop[..^1] + ",\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":1}}" : Stop;
        await using var call = Open(First, stop, null, More, Stop, Usage, "[DONE]");
        await call.ReadToReasonAsync();

        var next = call.Updates.MoveNextAsync().AsTask();
        clock.Advance(TimeSpan.FromSeconds(3));
        clock.Advance(TimeSpan.FromSeconds(16));
        next.IsCompleted.Should().BeFalse();
        call.Release();

        (await next).Should().BeTrue();
        call.Updates.Current.Text.Should().Be(" two");
        await call.ReadToEndAsync();
        call.Text.Should().Be("One two");
        call.Usage!.OutputTokenCount.Should().Be(2);
    }

    [Test]
    public async Task Silence_AfterAFinishReason_EndsAWholeAnswer_WhenTheIdleLimitHasPassed()
    {
        await using var call = Open(First, Stop, null, "[DONE]");
        await call.ReadToReasonAsync();

        var next = call.Updates.MoveNextAsync().AsTask();
        clock.Advance(TimeSpan.FromSeconds(19));
        next.IsCompleted.Should().BeFalse("more of the answer may still come");
        clock.Advance(TimeSpan.FromSeconds(2));
        clock.Advance(TimeSpan.FromSeconds(20));

        (await next.WaitAsync(Patience.Limit)).Should().BeFalse();
        call.Text.Should().Be("One");
        await call.Model.AbandonedReachAsync(1);
    }

    [Test]
    public async Task Silence_AfterTheUsage_IsNotWaitedForLongerThanTwoSeconds()
    {
        await using var call = Open(First, Stop, Usage, null, "[DONE]");
        await call.ReadToReasonAsync();
        (await call.Updates.MoveNextAsync()).Should().BeTrue();

        var next = call.Updates.MoveNextAsync().AsTask();
        clock.Advance(TimeSpan.FromSeconds(1.9));
        next.IsCompleted.Should().BeFalse("the end mark may still come");
        clock.Advance(TimeSpan.FromSeconds(0.2));
        clock.Advance(TimeSpan.FromSeconds(2));

        (await next.WaitAsync(Patience.Limit)).Should().BeFalse();
    }

    [Test]
    public async Task Text_AfterTheUsage_IsReadWithTheUsualLimits()
    {
        await using var call = Open(First, Stop, Usage, More, null, Stop, "[DONE]");
        await call.ReadToReasonAsync();
        (await call.Updates.MoveNextAsync()).Should().BeTrue();
        (await call.Updates.MoveNextAsync()).Should().BeTrue();
        call.Updates.Current.Text.Should().Be(" two");

        var next = call.Updates.MoveNextAsync().AsTask();
        clock.Advance(TimeSpan.FromSeconds(3));
        clock.Advance(TimeSpan.FromSeconds(3));
        call.Release();

        (await next).Should().BeTrue();
        call.Updates.Current.FinishReason.Should().Be(ChatFinishReason.Stop);
    }

    [Test]
    public async Task Stream_ThatEndsWithinTextAfterAFinishReason_IsCutOff()
    {
        (await RawProvider.FailAsync(RawAnswer.Events(First, Stop, More), stream: true)).Should().Be((ProviderFailure.CutOff, "One two"));
        (await RawProvider.FailAsync(RawAnswer.Broken($"data: {First}\n\ndata: {Stop}\n\ndata: {More}\n\n"), stream: true))
            .Should().Be((ProviderFailure.CutOff, "One two"));
        (await RawProvider.FailAsync(RawAnswer.Events(First, Stop, More, Stop), stream: true)).Failure.Should().BeNull();
    }

    private Call Open(params string?[] events)
    {
        var model = RawProvider.Model(RawAnswer.Events(events));
        return new Call(AiServices.With(UpstreamFixture.Upstream, clock, model), model);
    }

    private sealed class Call(AiServices ai, string model) : IAsyncDisposable
    {
        public IAsyncEnumerator<ChatResponseUpdate> Updates { get; } =
            ai.Client().GetStreamingResponseAsync(Ask.Messages, new ChatOptions { ModelId = model }).GetAsyncEnumerator();

        public UpstreamModel Model => UpstreamFixture.Upstream.Model(model);

        public string Text { get; private set; } = "";

        public UsageDetails? Usage { get; private set; }

        public void Release() => UpstreamFixture.Upstream.Release(model);

        public async Task ReadToReasonAsync()
        {
            do
            {
                (await Updates.MoveNextAsync()).Should().BeTrue();
                Take();
            }
            while (Updates.Current.FinishReason is null);
        }

        public async Task ReadToEndAsync()
        {
            do
                Take();
            while (await Updates.MoveNextAsync());
        }

        public async ValueTask DisposeAsync()
        {
            await Updates.DisposeAsync();
            await ai.DisposeAsync();
        }

        private void Take()
        {
            Text += Updates.Current.Text;
            Usage = Updates.Current.Contents.OfType<UsageContent>().FirstOrDefault()?.Details ?? Usage;
        }
    }
}
