using CleanLlm.Inference.V1;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;

namespace CleanLlm.AiContract;

/// <summary>What docs/ai-contract.md says of <c>cleanllm.inference.v1</c>.</summary>
internal sealed class GrpcChecks : IDisposable
{
    private const string Service = "cleanllm.inference.v1.Inference";
    private const int Parallel = 8;

    private readonly ContractOptions options;
    private readonly GrpcChannel channel;
    private readonly Inference.V1.Inference.InferenceClient service;

    public GrpcChecks(ContractOptions options)
    {
        this.options = options;
        channel = GrpcChannel.ForAddress(options.Grpc!);
        service = new Inference.V1.Inference.InferenceClient(channel);
    }

    public IEnumerable<ContractCheck> All
    {
        get
        {
            yield return new("health says SERVING for the server", ct => HealthAsync("", ct));
            yield return new($"health says SERVING for {Service}", ct => HealthAsync(Service, ct));
            yield return new("Predict answers with a text", AnswerAsync);
            yield return new("Predict keeps max_tokens", BoundAsync);
            yield return new("Predict refuses an empty prompt with INVALID_ARGUMENT", EmptyAsync);
            yield return new("PredictStream sends the text in chunks and ends with OK", StreamAsync);
            yield return new("a stream that is left early does no harm", LeaveAsync);
            yield return new($"{Parallel} calls at once are all answered", ParallelAsync);
            if (options.ApiKey is not null)
                yield return new("a call without the key is refused with UNAUTHENTICATED or PERMISSION_DENIED", NoKeyAsync);
        }
    }

    public void Dispose() => channel.Dispose();

    private async Task<string?> HealthAsync(string name, CancellationToken ct)
    {
        var answer = await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest { Service = name }, Terms(ct));
        ContractBroken.Unless(answer.Status == HealthCheckResponse.Types.ServingStatus.Serving, $"status {answer.Status}");
        return null;
    }

    private async Task<string?> AnswerAsync(CancellationToken ct)
    {
        var answer = await service.PredictAsync(Question(), Terms(ct));
        ContractBroken.Unless(answer.Text.Length > 0, "the text is empty");
        return answer.Usage is null ? "no usage: CleanLlm will count" : null;
    }

    private async Task<string?> BoundAsync(CancellationToken ct)
    {
        var question = Question("Count from one to one hundred in words.");
        question.MaxTokens = 2;
        var answer = await service.PredictAsync(question, Terms(ct));
        ContractBroken.Unless(answer.Usage is null || answer.Usage.CompletionTokens <= 2, $"{answer.Usage?.CompletionTokens} completion tokens with max_tokens 2");
        ContractBroken.Unless(answer.Text.Length <= 100, "an answer of more than 100 characters with max_tokens 2");
        ContractBroken.Unless(
            answer.FinishReason is FinishReason.Length or FinishReason.Unspecified, $"finish_reason {answer.FinishReason} instead of LENGTH");
        return null;
    }

    private Task<string?> EmptyAsync(CancellationToken ct) => RefusedAsync(Question(""), Terms(ct), StatusCode.InvalidArgument);

    private Task<string?> NoKeyAsync(CancellationToken ct) =>
        RefusedAsync(Question(), new CallOptions(cancellationToken: ct), StatusCode.Unauthenticated, StatusCode.PermissionDenied);

    private async Task<string?> RefusedAsync(PredictRequest question, CallOptions terms, params StatusCode[] expected)
    {
        try
        {
            await service.PredictAsync(question, terms);
        }
        catch (RpcException refusal) when (refusal.StatusCode != StatusCode.Cancelled)
        {
            ContractBroken.Unless(expected.Contains(refusal.StatusCode), $"status {refusal.StatusCode}");
            return null;
        }

        throw new ContractBroken("it was answered");
    }

    private async Task<string?> StreamAsync(CancellationToken ct)
    {
        using var call = service.PredictStream(Question(), Terms(ct));
        var (chunks, length, finished) = (0, 0, false);
        await foreach (var chunk in call.ResponseStream.ReadAllAsync(ct))
        {
            ContractBroken.Unless(!finished, "a chunk follows the one with the finish_reason");
            finished = chunk.FinishReason != FinishReason.Unspecified;
            length += chunk.Text.Length;
            chunks++;
        }

        ContractBroken.Unless(length > 0, "the chunks hold no text");
        return $"{chunks} chunks";
    }

    private async Task<string?> LeaveAsync(CancellationToken ct)
    {
        using (var call = service.PredictStream(Question(), Terms(ct)))
            ContractBroken.Unless(await call.ResponseStream.MoveNext(ct), "the stream holds no chunk");
        return await AnswerAsync(ct);
    }

    private async Task<string?> ParallelAsync(CancellationToken ct)
    {
        await Task.WhenAll(Enumerable.Range(0, Parallel).Select(_ => AnswerAsync(ct)));
        return null;
    }

    private PredictRequest Question(string prompt = "Say hello in one sentence.")
    {
        var question = new PredictRequest { Prompt = prompt };
        if (options.Model is { } model)
            question.Model = model;
        return question;
    }

    private CallOptions Terms(CancellationToken ct) =>
        new(options.ApiKey is { } key ? new Metadata { { "authorization", $"Bearer {key}" } } : null, cancellationToken: ct);
}
