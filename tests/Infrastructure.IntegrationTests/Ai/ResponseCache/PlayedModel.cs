using System.Runtime.CompilerServices;
using CleanLlm.Application.Ai;
using CleanLlm.Domain.Models;
using CleanLlm.Testing;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.ResponseCache;

/// <summary>A model that says one word, waits for the test, and goes on as it is told.</summary>
internal sealed class PlayedModel : IChatClient
{
    private readonly TaskCompletionSource going = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int calls;

    /// <summary>How often it was asked.</summary>
    public int Calls => calls;

    /// <summary>Completes when a call was given up.</summary>
    public Task Cancelled => cancelled.Task.WaitAsync(Patience.Limit);

    /// <summary>What the calls throw in the place of their second word, by their number from 1.</summary>
    public Func<int, Exception?> Fault { get; set; } = _ => null;

    /// <summary>Whether it fails before its first word.</summary>
    public bool FailsEarly { get; set; }

    public ChatFinishReason? Finish { get; set; } = ChatFinishReason.Stop;

    /// <summary>Something beside the text.</summary>
    public AIContent? Also { get; set; }

    public Model Serves { get; set; } = CacheHost.Wanted;

    public PlayedModel GoesOn()
    {
        going.TrySetResult();
        return this;
    }

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var number = Interlocked.Increment(ref calls);
        RoutedCall.Of(options)!.Served = Serves;
        if (!FailsEarly)
            yield return new ChatResponseUpdate(ChatRole.Assistant, "one");
        try
        {
            await going.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            cancelled.TrySetResult();
            throw;
        }

        if (Fault(number) is { } fault)
            throw fault;
        if (Also is { } also)
            yield return new ChatResponseUpdate(ChatRole.Assistant, [also]);
        yield return new ChatResponseUpdate(ChatRole.Assistant, FailsEarly ? "one two" : " two") { FinishReason = Finish };
        yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(new UsageDetails { InputTokenCount = 1, OutputTokenCount = 2 })]);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
