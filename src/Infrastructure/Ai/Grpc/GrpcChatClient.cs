using System.Runtime.CompilerServices;
using CleanLlm.Application.Ai;
using CleanLlm.Inference.V1;
using CleanLlm.Infrastructure.Ai.Calls;
using Grpc.Core;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.Grpc;

/// <summary>Speaks to one service of docs/ai-contract/inference.proto. Every failure is a <see cref="ProviderException"/>.</summary>
internal sealed class GrpcChatClient(Inference.V1.Inference.InferenceClient service, ProviderOptions provider, TimeProvider clock) : IChatClient
{
    private readonly Metadata? credential = provider.ApiKey is { } key ? [new("authorization", $"Bearer {key}")] : null;

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var question = GrpcMessages.Question(messages, options, provider);
        using var limits = new CallClock(provider, clock, cancellationToken);
        using var call = service.PredictAsync(question, Terms(limits));
        limits.ReadBegins();
        try
        {
            return GrpcMessages.ToResponse(await call.ResponseAsync, options?.ModelId);
        }
        catch (Exception thrown) when (GrpcFailures.IsExpected(thrown))
        {
            throw GrpcFailures.Of(thrown, limits, begun: false);
        }
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var question = GrpcMessages.Question(messages, options, provider);
        using var limits = new CallClock(provider, clock, cancellationToken);
        using var call = service.PredictStream(question, Terms(limits));
        var (begun, finished) = (false, false);
        while (await NextAsync(call.ResponseStream, limits, begun))
        {
            begun = true;
            if (GrpcMessages.ToUpdate(call.ResponseStream.Current) is not { } update)
                continue;
            finished |= update.FinishReason is not null;
            yield return update;
        }

        // The status OK is the end mark; a service that gives no reason has finished.
        if (!finished)
            yield return new ChatResponseUpdate { Role = ChatRole.Assistant, FinishReason = ChatFinishReason.Stop };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    /// <summary>The deadline tells the service how long we wait. The library compares it with the machine's time, so it is not our clock's.</summary>
    private CallOptions Terms(CallClock limits) => new(
        credential, TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(provider.TimeoutSeconds), limits.Token);

    /// <summary>Apart from the iterator, which cannot yield inside a try with a catch. Runs once a token, so its state is pooled.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<bool> NextAsync(IAsyncStreamReader<PredictChunk> chunks, CallClock limits, bool begun)
    {
        limits.ReadBegins();
        try
        {
            return await chunks.MoveNext(limits.Token);
        }
        catch (Exception thrown) when (GrpcFailures.IsExpected(thrown))
        {
            throw GrpcFailures.Of(thrown, limits, begun);
        }
        finally
        {
            limits.ReadEnds();
        }
    }
}
