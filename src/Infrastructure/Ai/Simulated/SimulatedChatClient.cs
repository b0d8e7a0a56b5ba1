using System.Globalization;
using System.Runtime.CompilerServices;
using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.Simulated;

/// <summary>Stands in for an AI provider: the same prompt always gets the same answer, which says that it is simulated.</summary>
/// <param name="tokenDelay">Between two words of a stream; a JSON answer comes at once.</param>
internal sealed class SimulatedChatClient(TimeSpan tokenDelay, ITokenCounter tokens, TimeProvider clock) : IChatClient
{
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var answer = Answer(messages, options);
        return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, string.Concat(answer.Words)))
        {
            ModelId = options?.ModelId,
            FinishReason = answer.Finish,
            Usage = answer.Usage,
        });
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var answer = Answer(messages, options);
        foreach (var word in answer.Words)
        {
            if (tokenDelay > TimeSpan.Zero)
                await Task.Delay(tokenDelay, clock, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            yield return new ChatResponseUpdate(ChatRole.Assistant, word) { ModelId = options?.ModelId };
        }

        yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(answer.Usage)]) { FinishReason = answer.Finish };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    private SimulatedAnswer Answer(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        var asked = messages.Select(m => m.Text).ToList();
        var count = asked.Count == 0 ? 0 : asked[^1].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"This is a simulated answer, because no AI provider is configured. Your last message has {count} words.");
        var words = text.Split(' ').Select((word, i) => i == 0 ? word : ' ' + word).ToList();

        var whole = words.Count;
        var spent = tokens.Count(text);
        while (spent > (options?.MaxOutputTokens ?? int.MaxValue) && words.Count > 0)
        {
            words.RemoveAt(words.Count - 1);
            spent = tokens.Count(string.Concat(words));
        }

        var prompt = asked.Sum(m => (long)tokens.Count(m));
        var usage = new UsageDetails { InputTokenCount = prompt, OutputTokenCount = spent, TotalTokenCount = prompt + spent };
        return new SimulatedAnswer(words, words.Count == whole ? ChatFinishReason.Stop : ChatFinishReason.Length, usage);
    }

    private sealed record SimulatedAnswer(IReadOnlyList<string> Words, ChatFinishReason Finish, UsageDetails Usage);
}
