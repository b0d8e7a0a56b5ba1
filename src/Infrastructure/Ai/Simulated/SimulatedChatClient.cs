using System.Globalization;
using System.Runtime.CompilerServices;
using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.Simulated;

/// <summary>
/// Stands in for an AI provider: the same prompt always gets the same answer, which says that it is simulated. Some models play
/// failures: <see cref="SimulatedScript"/>.
/// </summary>
/// <param name="tokenDelay">Between two words of a stream; a JSON answer comes at once.</param>
internal sealed class SimulatedChatClient(TimeSpan tokenDelay, ITokenCounter tokens, TimeProvider clock) : IChatClient
{
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var script = SimulatedScript.Of(options?.ModelId);
        if (script.Wait > TimeSpan.Zero)
            await Task.Delay(script.Wait, clock, cancellationToken);
        script.Play(halfway: false);
        script.Play(halfway: true);
        if (script.Endless)
            await Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellationToken);

        var asked = messages.ToList();
        var answer = Answer(asked, options);
        AIContent? call = Call(script, asked, options);
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, [call ?? new TextContent(string.Concat(answer.Words))]))
        {
            ModelId = options?.ModelId,
            FinishReason = call is null ? answer.Finish : ChatFinishReason.ToolCalls,
            Usage = script.NoUsage ? null : answer.Usage,
        };
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var script = SimulatedScript.Of(options?.ModelId);
        if (script.Wait > TimeSpan.Zero)
            await Task.Delay(script.Wait, clock, cancellationToken);
        script.Play(halfway: false);

        var asked = messages.ToList();
        var answer = Answer(asked, options);
        if (Call(script, asked, options) is { } call)
        {
            yield return new ChatResponseUpdate(ChatRole.Assistant, [call, new UsageContent(answer.Usage)]) { FinishReason = ChatFinishReason.ToolCalls };
            yield break;
        }

        for (var i = 0; i < answer.Words.Count || script.Endless; i++)
        {
            if (i == answer.Words.Count / 2)
                script.Play(halfway: true);
            if (tokenDelay > TimeSpan.Zero)
                await Task.Delay(tokenDelay, clock, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            yield return new ChatResponseUpdate(ChatRole.Assistant, answer.Words[i % answer.Words.Count]) { ModelId = options?.ModelId };
        }

        yield return new ChatResponseUpdate(ChatRole.Assistant, script.NoUsage ? [] : [new UsageContent(answer.Usage)]) { FinishReason = answer.Finish };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    /// <summary>The call of a tool, when that is the script and its result has not come yet.</summary>
    private static ToolCallFragment? Call(SimulatedScript script, List<ChatMessage> messages, ChatOptions? options) =>
        script.ToolCall && options?.Tools is [var tool, ..] && (messages.Count == 0 || messages[^1].Role != ChatRole.Tool)
            ? new ToolCallFragment { Index = 0, Id = "call_simulated", Name = tool.Name, Arguments = "{}" }
            : null;

    private SimulatedAnswer Answer(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        var asked = messages.Select(TextForms.Whole).ToList();
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
