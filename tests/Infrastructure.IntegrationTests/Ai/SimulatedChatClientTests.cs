using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai;

[Parallelizable(ParallelScope.All)]
internal sealed class SimulatedChatClientTests
{
    [Test]
    public async Task Answer_Always_SaysThatItIsSimulatedAndCountsTheWords()
    {
        await using var ai = new AiServices([]);

        var answer = await ai.OnceAsync("simulated-1");

        answer.Text.Should().Be("This is a simulated answer, because no AI provider is configured. Your last message has 3 words.");
        answer.FinishReason.Should().Be(ChatFinishReason.Stop);
        answer.Usage!.OutputTokenCount.Should().Be(ai.Tokens.Count(answer.Text));
        answer.Usage.InputTokenCount.Should().Be(Ask.Messages.Sum(m => ai.Tokens.Count(m.Text)));
    }

    [Test]
    public async Task Stream_Always_HasTheSameTextWordByWord()
    {
        await using var ai = new AiServices([], new ImpatientClock());

        var updates = await ai.Stream("simulated-1").ToListAsync();

        updates.Should().HaveCountGreaterThan(10);
        updates.ToChatResponse().Text.Should().Be((await ai.OnceAsync("simulated-1")).Text);
        updates.ToChatResponse().Usage!.OutputTokenCount.Should().BePositive();
    }

    [Test]
    public async Task Answer_WithABound_KeepsIt([Values(0, 1, 5)] int bound)
    {
        await using var ai = new AiServices([]);

        var answer = await ai.Chat.GetResponseAsync(Ask.Messages, new ChatOptions { ModelId = "simulated-1", MaxOutputTokens = bound });

        answer.FinishReason.Should().Be(ChatFinishReason.Length);
        ai.Tokens.Count(answer.Text).Should().BeLessThanOrEqualTo(bound);
    }
}
