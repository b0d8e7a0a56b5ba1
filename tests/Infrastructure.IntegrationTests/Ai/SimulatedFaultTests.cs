using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai;

[Parallelizable(ParallelScope.All)]
internal sealed class SimulatedFaultTests
{
    [TestCase("simulated-refuse", ProviderFailure.Refused)]
    [TestCase("simulated-429", ProviderFailure.RateLimited)]
    [TestCase("simulated-timeout", ProviderFailure.Timeout)]
    [TestCase("simulated-reject", ProviderFailure.Rejected)]
    [TestCase("simulated-bad-answer", ProviderFailure.BadAnswer)]
    [TestCase("simulated-too-long", ProviderFailure.TooLong)]
    [TestCase("simulated-cut-off", ProviderFailure.CutOff)]
    public async Task Model_WithAFailure_FailsSo(string model, ProviderFailure expected)
    {
        await using var ai = With(model, new ImpatientClock());
        var text = "";
        var reading = async () =>
        {
            await foreach (var update in ai.Client("sim").GetStreamingResponseAsync(Ask.Messages, new ChatOptions { ModelId = model }))
                text += update.Text;
        };

        (await reading.Should().ThrowAsync<ProviderException>()).Which.Failure.Should().Be(expected);
        (await ai.Awaiting(a => a.Client("sim").GetResponseAsync(Ask.Messages, new ChatOptions { ModelId = model })).Should().ThrowAsync<ProviderException>())
            .Which.Failure.Should().Be(expected);
        (text.Length > 0).Should().Be(expected == ProviderFailure.CutOff);
    }

    [Test]
    public async Task SlowModel_WaitsFiveSeconds()
    {
        var clock = new FakeTimeProvider();
        await using var ai = With("simulated-slow", clock);

        var answer = ai.Client("sim").GetResponseAsync(Ask.Messages, new ChatOptions { ModelId = "simulated-slow" });
        clock.Advance(TimeSpan.FromSeconds(4.9));
        answer.IsCompleted.Should().BeFalse();
        clock.Advance(TimeSpan.FromSeconds(0.2));

        (await answer).Text.Should().StartWith("This is a simulated answer");
    }

    [Test]
    public async Task EndlessModel_GoesOnUntilItIsLeft()
    {
        await using var ai = With("simulated-endless", new ImpatientClock());
        using var leaving = new CancellationTokenSource();
        var words = 0;
        var reading = async () =>
        {
            await foreach (var _ in ai.Client("sim").GetStreamingResponseAsync(Ask.Messages, new ChatOptions { ModelId = "simulated-endless" }, leaving.Token))
            {
                if (++words == 100)
                    await leaving.CancelAsync();
            }
        };

        await reading.Should().ThrowAsync<OperationCanceledException>();
        words.Should().Be(100);
    }

    [Test]
    public async Task ModelWithoutUsage_ReportsNone()
    {
        await using var ai = With("simulated-no-usage", new ImpatientClock());

        (await ai.Client("sim").GetStreamingResponseAsync(Ask.Messages, new ChatOptions { ModelId = "simulated-no-usage" }).ToChatResponseAsync())
            .Usage.Should().BeNull();
    }

    [Test]
    public async Task ToolCallingModel_CallsTheFirstToolOnce([Values] bool stream)
    {
        await using var ai = With("simulated-tool-call", new ImpatientClock());
        var options = new ChatOptions { ModelId = "simulated-tool-call", Tools = [AIFunctionFactory.Create(() => 1, "weather")] };
        ChatMessage[] answered = [.. Ask.Messages, new(ChatRole.Tool, [new FunctionResultContent("call_simulated", "rain")])];

        (await DeliverAsync(Ask.Messages)).Messages[0].Contents.OfType<ToolCallFragment>().Should().ContainSingle().Which.Name.Should().Be("weather");
        (await DeliverAsync(answered)).Text.Should().StartWith("This is a simulated answer");

        async Task<ChatResponse> DeliverAsync(ChatMessage[] messages) => stream
            ? await ai.Client("sim").GetStreamingResponseAsync(messages, options).ToChatResponseAsync()
            : await ai.Client("sim").GetResponseAsync(messages, options);
    }

    [Test]
    public async Task Embeddings_AreTheSameForTheSameText_AndOfLengthOne()
    {
        await using var ai = With("simulated-1", TimeProvider.System);

        var made = await ai.EmbedAsync(["one", "two", "one"], new EmbeddingGenerationOptions { ModelId = "simulated-1", Dimensions = 64 });

        made[0].Vector.ToArray().Should().HaveCount(64).And.Equal(made[2].Vector.ToArray());
        made[0].Vector.ToArray().Should().NotEqual(made[1].Vector.ToArray());
        made.Should().OnlyContain(one => Math.Abs(one.Vector.ToArray().Sum(value => value * value) - 1) < 1e-4);
        made.Usage!.InputTokenCount.Should().Be(3);
    }

    private static AiServices With(string model, TimeProvider clock) => new(
        new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Ai:Providers:0:Name"] = "sim",
            ["Ai:Providers:0:Kind"] = "Simulated",
            ["Ai:Providers:0:Models:0:Id"] = model,
        },
        clock);
}
