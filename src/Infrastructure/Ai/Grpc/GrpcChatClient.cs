using System.Runtime.CompilerServices;
using CleanLlm.Application.Ai;
using CleanLlm.Inference.V1;
using CleanLlm.Infrastructure.Ai.Calls;
using CleanLlm.Infrastructure.Ai.Options;
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
        PredictResponse answer;
        try
        {
            answer = await call.ResponseAsync;
        }
        catch (Exception thrown) when (GrpcFailures.IsExpected(thrown))
        {
            throw GrpcFailures.Of(thrown, limits, begun: false);
        }

        var (progress, whole) = (new AnswerProgress(), new WholeAnswer(options?.ModelId, provider.MaxAnswerBytes));
        whole.Add(progress.Take(GrpcMessages.Read(answer)));
        whole.Add(progress.End(isMarked: true));
        return whole.Response;
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var question = GrpcMessages.Question(messages, options, provider);
        using var limits = new CallClock(provider, clock, cancellationToken);
        using var call = service.PredictStream(question, Terms(limits));
        var progress = new AnswerProgress();
        var begun = false;
        while (await NextAsync(call.ResponseStream, limits, begun))
        {
            begun = true;
            if (progress.Take(GrpcMessages.Read(call.ResponseStream.Current)) is { } update)
                yield return update;
        }

        // The status OK is the end mark; a service that gives no reason has finished.
        if (begun && !progress.IsWhole && progress.Take(new AnswerEvent(AnswerEventKind.End) { Finish = ChatFinishReason.Stop }) is { } end)
            yield return end;
        if (progress.End(isMarked: true) is { } last)
            yield return last;
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
