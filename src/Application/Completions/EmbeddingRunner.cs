using CleanLlm.Application.Ai;
using CleanLlm.Application.ApiKeys;
using CleanLlm.Application.OpenAi;
using CleanLlm.Application.Prompting;
using CleanLlm.Application.Quotas;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Usage;
using CleanLlm.Domain.Users;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Completions;

/// <summary>
/// Admits calls of embedding models as the <see cref="CompletionRunner"/> admits those of chat models: by the same reservation,
/// settled by the same closing and charged in the same ledger. There is nothing to stream, so the caller waits.
/// </summary>
internal sealed partial class EmbeddingRunner(
    ISubscriptions subscriptions,
    IModelCatalog catalog,
    ICompletionStore store,
    IEmbeddingGenerator<string, Embedding<float>> generator,
    RunningCompletions running,
    ITokenCounter tokens,
    IOptions<CompletionOptions> options,
    TimeProvider clock,
    ILogger<EmbeddingRunner> logger)
{
    /// <summary>Makes the vectors. Once admitted it goes on to its end, whether or not its caller stays.</summary>
    public async Task<Result<EmbeddingsDto>> RunAsync(EmbeddingRequest request, CancellationToken ct)
    {
        var chosen = await ChooseAsync(request, ct);
        if (!chosen.IsSuccess)
            return chosen.Error;

        IReadOnlyList<string> inputs = [.. request.Inputs.Select(input => TextSanitizer.Normalize(input, out _))];
        if (inputs.Any(string.IsNullOrWhiteSpace))
            return Error.Invalid("input", "Must hold visible text.");
        var (plan, candidates) = chosen.Value;
        var counts = inputs.Select(tokens.Count).ToList();
        if (counts.Max() > candidates[0].ContextWindow)
            return CompletionErrors.PromptTooLong("input", counts.Max(), candidates[0].ContextWindow);

        ct.ThrowIfCancellationRequested();
        var completion = Completion.Start(
            new CompletionStart(request.UserId, Turn: null, candidates[0], Prompt: "", counts.Sum(), Findings: [], Store: false) { ApiKeyId = request.Key?.Id },
            clock.GetUtcNow());
        var limits = await AdmitAsync(request, plan, candidates, completion);
        return limits.IsSuccess ? await EmbedAsync(request, inputs, new RoutedCall { Candidates = candidates }, completion, limits.Value) : limits.Error;
    }

    private async Task<Result<(Plan Plan, IReadOnlyList<Model> Candidates)>> ChooseAsync(EmbeddingRequest request, CancellationToken ct)
    {
        if (await subscriptions.PlanOfAsync(request.UserId, ct) is not { } plan)
            return AuthErrors.AccountUnavailable;
        var (named, all) = await catalog.CandidatesAsync(request.Model, ct);
        if (named.Count == 0)
            return CompletionErrors.UnknownModel(request.Model);
        if (!named.Any(model => model.IsEmbedding))
            return CompletionErrors.NoEmbeddings(request.Model);
        if (!named.Any(IsOpen))
            return QuotaErrors.ModelNotInPlan(named.First(model => model.IsEmbedding).Id);
        return (plan, [.. all.Where(IsOpen)]);

        bool IsOpen(Model model) => model.IsEmbedding && plan.Allows(model.Id);
    }

    private async Task<Result<IReadOnlyList<QuotaLimitDto>>> AdmitAsync(
        EmbeddingRequest request, Plan plan, IReadOnlyList<Model> candidates, Completion completion)
    {
        IReadOnlyList<PlanLimit> limits = request.Key?.Limit is { } own ? [.. plan.Limits, own] : plan.Limits;
        var price = TokenPrice.Ceiling(candidates.Select(model => model.Price));
        var demand = new QuotaDemand(completion.PromptTokens, MaxCompletionTokens: 0, MinCompletionTokens: 0, price);
        var counters = await store.AdmitAsync(completion, limits, demand, completion.CreatedAt + options.Value.Lease, CancellationToken.None);
        return counters.IsSuccess
            ? Result<IReadOnlyList<QuotaLimitDto>>.Success(
                [.. limits.Zip(counters.Value, (limit, counter) => QuotaLimitDto.From(limit, counter, completion.CreatedAt))])
            : counters.Error;
    }

    private async Task<Result<EmbeddingsDto>> EmbedAsync(
        EmbeddingRequest request, IReadOnlyList<string> inputs, RoutedCall call, Completion completion, IReadOnlyList<QuotaLimitDto> limits)
    {
        var answer = await TryGenerateAsync(request, inputs, call, completion);
        if (call.Served is { } served)
            completion.AnsweredBy(served);

        var closing = answer.IsSuccess
            ? completion.Succeed("", Tokens(answer.Value.Usage, completion), FinishReason.Stop, clock.GetUtcNow())
            : completion.Fail(answer.Error, "", new TokenCount(0, 0, UsageBasis.Partial), clock.GetUtcNow());
        if (!await store.CloseAsync(closing, CancellationToken.None))
            return CompletionErrors.Interrupted;
        return answer.IsSuccess
            ? new EmbeddingsDto(completion.Id, completion.Model, [.. answer.Value.Select(vector => vector.Vector)], completion.PromptTokens, limits)
            : answer.Error;
    }

    private async Task<Result<GeneratedEmbeddings<Embedding<float>>>> TryGenerateAsync(
        EmbeddingRequest request, IReadOnlyList<string> inputs, RoutedCall call, Completion completion)
    {
        // Nobody renews its lease, so it may not take longer than that.
        using var deadline = new CancellationTokenSource(options.Value.Lease, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, running.Stopping);
        try
        {
            var vectors = await generator.GenerateAsync(inputs, request.ToOptions(call), stop.Token);
            return AreUsable(vectors, inputs.Count) ? vectors : ProviderErrors.From(new ProviderException(ProviderFailure.BadAnswer, "Not one vector a text."));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return deadline.IsCancellationRequested ? CompletionErrors.TimedOut : CompletionErrors.Interrupted;
        }
        catch (ProviderException failure)
        {
            return ProviderErrors.From(failure);
        }
        catch (Exception fault)
        {
            LogFault(logger, fault, completion.Id);
            return CompletionErrors.Fault;
        }
    }

    // Our own adapters see to that, and then another provider is asked; a plugged-in generator may not.
    private static bool AreUsable(GeneratedEmbeddings<Embedding<float>> vectors, int count) =>
        vectors.Count == count
        && vectors[0].Vector.Length > 0
        && vectors.All(vector => vector.Vector.Length == vectors[0].Vector.Length && !vector.Vector.Span.ContainsAnyExceptInRange(float.MinValue, float.MaxValue));

    private static TokenCount Tokens(UsageDetails? reported, Completion completion) => reported is { InputTokenCount: > 0 and <= int.MaxValue and var prompt }
        ? new TokenCount((int)prompt, 0, UsageBasis.Reported)
        : new TokenCount(completion.PromptTokens, 0, UsageBasis.Counted);

    [LoggerMessage(LogLevel.Error, "Embeddings {Id} ended by a fault")]
    private static partial void LogFault(ILogger logger, Exception fault, CompletionId id);
}

/// <summary>What a way to an embedding model hands to the <see cref="EmbeddingRunner"/>.</summary>
/// <param name="UserId">Who asks, and pays.</param>
/// <param name="Key">The API key it is asked with; null for a signed-in person.</param>
/// <param name="Inputs">The texts. Never empty.</param>
/// <param name="Model">The model asked for.</param>
internal sealed record EmbeddingRequest(UserId UserId, ApiKeyAccess? Key, IReadOnlyList<string> Inputs, string Model)
{
    /// <summary>How long the vectors should be; null for the model's own length.</summary>
    public int? Dimensions { get; init; }

    /// <summary>Whom the caller asks for; null for nobody.</summary>
    public string? EndUser { get; init; }

    /// <summary>The same for the generator.</summary>
    public EmbeddingGenerationOptions ToOptions(RoutedCall call)
    {
        var generation = new EmbeddingGenerationOptions
        {
            ModelId = call.Candidates[0].Id,
            Dimensions = Dimensions,
            AdditionalProperties = new() { [RoutedCall.Key] = call },
        };
        if (EndUser is not null)
            generation.AdditionalProperties["user"] = System.Text.Json.JsonSerializer.SerializeToElement(EndUser);
        return generation;
    }
}
