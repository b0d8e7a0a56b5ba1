using CleanLlm.Application.Ai;
using CleanLlm.Application.Callers;
using CleanLlm.Application.Completions.Admission;
using CleanLlm.Application.Completions.Running;
using CleanLlm.Application.Prompting;
using CleanLlm.Application.Quotas;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Usage;
using CleanLlm.Domain.Users;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Completions.Embeddings;

/// <summary>
/// Admits calls of embedding models as the <see cref="CompletionRunner"/> admits those of chat models: by the same reservation,
/// settled by the same closing and charged in the same ledger. There is nothing to stream, so the caller waits.
/// </summary>
internal sealed partial class EmbeddingRunner(
    IPlanLookup plans,
    IModelCatalog catalog,
    AdmissionGate gate,
    IProviderPlaces places,
    CompletionAdmission admission,
    PromptCounting counting,
    CompletionClosings closings,
    IEmbeddingRouter router,
    RunningCompletions running,
    ITokenCounter tokens,
    IOptions<CompletionOptions> options,
    TimeProvider clock,
    ILogger<EmbeddingRunner> logger)
{
    /// <summary>Makes the vectors. Once admitted it goes on to its end, whether or not its caller stays.</summary>
    public async Task<Result<EmbeddingsDto>> RunAsync(EmbeddingRequest request, CancellationToken ct)
    {
        var started = await StartAsync(request, ct);
        if (!started.IsSuccess)
            return started.Error;
        try
        {
            return await AnswerAsync(request, started.Value);
        }
        finally
        {
            started.Value.Lease.End();
            running.Release(started.Value.Lease);
        }
    }

    private async Task<Result<Started>> StartAsync(EmbeddingRequest request, CancellationToken ct)
    {
        if (await gate.EnterAsync(request.UserId, isBackground: false, ct) is { } refusal)
            return refusal;
        using var place = new AdmissionPlace(gate);
        return await StartInsideAsync(request, place, ct);
    }

    private async Task<Result<Started>> StartInsideAsync(EmbeddingRequest request, AdmissionPlace place, CancellationToken ct)
    {
        var chosen = await ChooseAsync(request, ct);
        if (!chosen.IsSuccess)
            return chosen.Error;

        IReadOnlyList<string> inputs = [.. request.Inputs.Select(input => TextSanitizer.Normalize(input, out _))];
        if (inputs.Any(string.IsNullOrWhiteSpace))
            return Error.Invalid("input", "Must hold visible text.");
        var (plan, candidates) = chosen.Value;
        if (!places.Any(candidates, isBackground: false))
        {
            gate.NoteRefusal(ProviderErrors.NoPlace);
            return ProviderErrors.NoPlace;
        }

        var counted = await CountAsync(request, place, plan, candidates[0], inputs, ct);
        if (!counted.IsSuccess)
            return counted.Error;

        ct.ThrowIfCancellationRequested();
        var completion = Completion.Start(
            new CompletionStart(request.UserId, Turn: null, candidates[0], Prompt: "", counted.Value, Findings: [], Store: false) { ApiKeyId = request.Key?.Id },
            clock.GetUtcNow());
        var limits = await AdmitAsync(request, plan, candidates, completion);
        if (!limits.IsSuccess)
            return limits.Error;
        // Before it leaves the gate, so that a process that leaves sees it here or there.
        var lease = new EmbeddingLease(completion);
        running.Hold(lease);
        return new Started(inputs, new RoutedCall { Candidates = candidates }, completion, lease, limits.Value);
    }

    private async Task<Result<int>> CountAsync(
        EmbeddingRequest request, AdmissionPlace place, Plan plan, Model model, IReadOnlyList<string> inputs, CancellationToken ct)
    {
        if (!counting.IsLarge(inputs.Sum(input => (long)input.Length)))
            return Count(model, inputs);
        var least = inputs.Select(tokens.AtLeast).ToList();
        if (least.Max() > model.ContextWindow)
            return CompletionErrors.PromptTooLong("input", least.Max(), model.ContextWindow);
        var demand = new QuotaDemand(least.Sum(), MaxCompletionTokens: 0, MinCompletionTokens: 0, model.Price);
        return await counting.CountAsync(request.UserId, place, Limits(request, plan), demand, clock.GetUtcNow(), () => Count(model, inputs), ct);
    }

    /// <summary>The tokens of all texts, unless one of them does not fit the model.</summary>
    private Result<int> Count(Model model, IReadOnlyList<string> inputs)
    {
        var sum = 0;
        foreach (var input in inputs)
        {
            var count = tokens.Count(input, model.ContextWindow);
            if (count > model.ContextWindow)
                return CompletionErrors.PromptTooLong("input", count, model.ContextWindow);
            sum += count;
        }

        return sum;
    }

    private static IReadOnlyList<PlanLimit> Limits(EmbeddingRequest request, Plan plan) => request.Key?.Limit is { } own ? [.. plan.Limits, own] : plan.Limits;

    private async Task<Result<(Plan Plan, IReadOnlyList<Model> Candidates)>> ChooseAsync(EmbeddingRequest request, CancellationToken ct)
    {
        if (await plans.PlanOfAsync(request.UserId, ct) is not { } plan)
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
        var limits = Limits(request, plan);
        var price = TokenPrice.Ceiling(candidates.Select(model => model.Price));
        var demand = new QuotaDemand(completion.PromptTokens, MaxCompletionTokens: 0, MinCompletionTokens: 0, price);
        var counters = await admission.AdmitAsync(completion, limits, demand);
        return counters.IsSuccess
            ? Result<IReadOnlyList<QuotaLimitDto>>.Success(
                [.. limits.Zip(counters.Value, (limit, counter) => QuotaLimitDto.From(limit, counter, completion.CreatedAt))])
            : counters.Error;
    }

    private async Task<Result<EmbeddingsDto>> AnswerAsync(EmbeddingRequest request, Started started)
    {
        var (inputs, call, completion, lease, limits) = started;
        var answer = await TryGenerateAsync(request, inputs, call, completion);
        var closing = lease.Close(ending =>
        {
            if (call.Served is { } served)
                ending.AnsweredBy(served);
            return answer.IsSuccess
                ? ending.Succeed("", Tokens(answer.Value.Usage, ending), FinishReason.Stop, clock.GetUtcNow())
                : ending.Fail(answer.Error, "", new TokenCount(0, 0, UsageBasis.Partial), clock.GetUtcNow());
        });
        if (await TryCloseAsync(closing) is not { } closed)
            return CompletionErrors.NotStored;
        if (!closed.IsOurs)
            return CompletionErrors.Interrupted;
        var now = clock.GetUtcNow();
        if (closed.Counters is { } counters)
            limits = [.. limits.Zip(counters, (limit, counter) => limit.At(counter, now))];
        return answer.IsSuccess
            ? new EmbeddingsDto(completion.Id, completion.Model, [.. answer.Value.Select(vector => vector.Vector)], completion.PromptTokens, limits)
            : answer.Error;
    }

    private async Task<ClosedCompletion?> TryCloseAsync(CompletionClosing closing)
    {
        try
        {
            return await closings.CloseAsync(closing);
        }
        catch (Exception fault)
        {
            // The row keeps its lease, so the sweep settles it.
            LogLost(logger, fault, closing.Completion.Id);
            return null;
        }
    }

    private async Task<Result<GeneratedEmbeddings<Embedding<float>>>> TryGenerateAsync(
        EmbeddingRequest request, IReadOnlyList<string> inputs, RoutedCall call, Completion completion)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(options.Value.MaxSeconds), clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, running.Stopping);
        try
        {
            var vectors = await router.GenerateAsync(inputs, request.ToOptions(call.Candidates[0]), call, stop.Token);
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

    // Vectors count no tokens of an answer, whatever a provider says.
    private static TokenCount Tokens(UsageDetails? reported, Completion completion) =>
        new ReportedUsage { Prompt = reported?.InputTokenCount, Completion = 0, Total = reported?.InputTokenCount is null ? reported?.TotalTokenCount : null }
            .Resolve(hasAnswer: false, () => new TokenCount(completion.PromptTokens, 0, UsageBasis.Counted));

    /// <summary>An admitted call.</summary>
    private sealed record Started(
        IReadOnlyList<string> Inputs, RoutedCall Call, Completion Completion, EmbeddingLease Lease, IReadOnlyList<QuotaLimitDto> Limits);

    [LoggerMessage(LogLevel.Error, "Embeddings {Id} ended by a fault")]
    private static partial void LogFault(ILogger logger, Exception fault, CompletionId id);

    [LoggerMessage(LogLevel.Error, "Embeddings {Id} could not be settled; their lease will run out and the sweep will settle them")]
    private static partial void LogLost(ILogger logger, Exception fault, CompletionId id);
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

    /// <summary>The end user that the caller asks for; null when not given.</summary>
    public string? EndUser { get; init; }

    /// <summary>The same for the router.</summary>
    public EmbeddingGenerationOptions ToOptions(Model wanted) => new()
    {
        ModelId = wanted.Id,
        Dimensions = Dimensions,
        AdditionalProperties = EndUser is null ? null : new() { ["user"] = System.Text.Json.JsonSerializer.SerializeToElement(EndUser) },
    };
}
