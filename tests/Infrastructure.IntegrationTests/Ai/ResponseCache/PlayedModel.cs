using System.Runtime.CompilerServices;
using CleanLlm.Application.Ai;
using CleanLlm.Domain.Models;
using CleanLlm.Testing;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.ResponseCache;

/// <summary>A model that says one word, waits for the test, and goes on as it is told.</summary>
internal sealed class PlayedModel : IChatRouter
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
        IReadOnlyList<ChatMessage> messages, ChatOptions options, RoutedCall call, CancellationToken ct) =>
        await GetStreamingResponseAsync(messages, options, call, ct).ToChatResponseAsync(ct);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IReadOnlyList<ChatMessage> messages, ChatOptions options, RoutedCall call, [EnumeratorCancellation] CancellationToken ct)
    {
        var number = Interlocked.Increment(ref calls);
        call.Served = Serves;
        if (!FailsEarly)
            yield return new ChatResponseUpdate(ChatRole.Assistant, "one");
        try
        {
            await going.Task.WaitAsync(ct);
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
}
