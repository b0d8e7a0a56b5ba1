using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.Routing;

/// <summary>A provider's client that does what a test tells it, call by call.</summary>
internal sealed class ScriptedClient(string name) : IChatClient
{
    private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int calls;

    /// <summary>What call number n, from 1, does before its answer; answers at once unless told.</summary>
    public Func<int, CancellationToken, Task> Before { get; set; } = static (_, _) => Task.CompletedTask;

    /// <summary>What call number n does after the first piece of a stream.</summary>
    public Func<int, CancellationToken, Task> Within { get; set; } = static (_, _) => Task.CompletedTask;

    /// <summary>What calls of a model fail by; null for none.</summary>
    public Func<string, Exception?> FailureOf { get; set; } = static _ => null;

    /// <summary>What it answers.</summary>
    public string Text { get; set; } = $"This is {name}.";

    /// <summary>How often it was asked.</summary>
    public int Calls => calls;

    /// <summary>Completes when a stream was read to its end or given up.</summary>
    public Task Closed => closed.Task;

    /// <summary>The options of each call.</summary>
    public ConcurrentQueue<ChatOptions> Options { get; } = [];

    /// <summary>Fails the given calls, from 1; all of them without a number.</summary>
    public ScriptedClient Failing(Func<Exception> failure, int first = int.MaxValue)
    {
        Before = (call, _) => call <= first ? Task.FromException(failure()) : Task.CompletedTask;
        return this;
    }

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        Options.Enqueue(options!);
        await Before(Interlocked.Increment(ref calls), cancellationToken);
        if (FailureOf(options!.ModelId!) is { } failure)
            throw failure;
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, Text));
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Options.Enqueue(options!);
        var call = Interlocked.Increment(ref calls);
        try
        {
            await Before(call, cancellationToken);
            if (FailureOf(options!.ModelId!) is { } failure)
                throw failure;
            var half = Text.Length / 2;
            yield return new ChatResponseUpdate(ChatRole.Assistant, Text[..half]);
            await Within(call, cancellationToken);
            yield return new ChatResponseUpdate(ChatRole.Assistant, Text[half..]);
        }
        finally
        {
            closed.TrySetResult();
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
