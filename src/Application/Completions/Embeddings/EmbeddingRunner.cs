using System.Text.Json;
using CleanLlm.Application.Ai;
using CleanLlm.Application.Callers;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Completions.Running;
using CleanLlm.Application.Prompting;
using CleanLlm.Application.Quotas;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Usage;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Completions.Embeddings;

/// <summary>
/// Admits calls of embedding models as the <see cref="CompletionRunner"/> admits those of chat models: by the same reservation,
/// settled by the same closing and charged in the same ledger. There is nothing to stream, so the caller waits.
/// </summary>
internal sealed partial class EmbeddingRunner(
    Admission admission,
    CompletionClosings closings,
    IEmbeddingRouter router,
    RunningCompletions running,
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
        var entered = await admission.EnterAsync(request.Payer, ct);
        if (!entered.IsSuccess)
            return entered.Error;
        using var place = entered.Value;
        return await StartInsideAsync(request, place, ct);
    }

    private async Task<Result<Started>> StartInsideAsync(EmbeddingRequest request, AdmissionPlace place, CancellationToken ct)
    {
        var plan = await admission.PlanOfAsync(request.UserId, ct);
        if (!plan.IsSuccess)
            return plan.Error;
        var selected = await admission.SelectAsync(plan.Value, request.Model, forEmbeddings: true, ct);
        if (!selected.IsSuccess)
            return selected.Error;
        var selection = selected.Value;
        if (admission.Crowded(selection, request.Payer) is { } crowded)
            return crowded;

        var draft = PromptDraft.Of(request.ToContent(), selection.Wanted, "input", maxCompletionTokens: 0, lengthIsExact: false);
        var prepared = await admission.PrepareAsync(draft, request.Payer, plan.Value, chat: null, place, ct);
        if (!prepared.IsSuccess)
            return prepared.Error;

        ct.ThrowIfCancellationRequested();
        var prompt = prepared.Value;
        // What can go wrong goes wrong before anything is held.
        var sent = prompt.Assemble();
        var completion = Completion.Start(
            new CompletionStart(request.UserId, Turn: null, prompt.Model, Prompt: "", prompt.PromptTokens, prompt.Findings, Store: false) { ApiKeyId = request.Key?.Id },
            clock.GetUtcNow());
        var reserved = await admission.ReserveAsync(completion, prompt, selection, request.Payer, place, ct);
        if (!reserved.IsSuccess)
            return reserved.Error;
        // Before it leaves the gate, so that a process that leaves sees it here or there.
        var lease = new EmbeddingLease(completion);
        running.Hold(lease);
        return new Started(sent, new RoutedCall { Candidates = selection.Candidates }, completion, lease, reserved.Value.Limits);
    }

    private async Task<Result<EmbeddingsDto>> AnswerAsync(EmbeddingRequest request, Started started)
    {
        var (prompt, call, completion, lease, limits) = started;
        var answer = await TryGenerateAsync(request, prompt, call, completion);
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
        EmbeddingRequest request, ModelPrompt prompt, RoutedCall call, Completion completion)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(options.Value.MaxSeconds), clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, running.Stopping);
        try
        {
            var vectors = await router.GenerateAsync(prompt.Inputs, request.ToOptions(prompt, call.Candidates[0]), call, stop.Token);
            return AreUsable(vectors, prompt.Inputs.Count) ? vectors : ProviderErrors.From(new ProviderException(ProviderFailure.BadAnswer, "Not one vector a text."));
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
        ModelPrompt Prompt, RoutedCall Call, Completion Completion, EmbeddingLease Lease, IReadOnlyList<QuotaLimitDto> Limits);

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
    private const string EndUserField = "user";

    /// <summary>How long the vectors should be; null for the model's own length.</summary>
    public int? Dimensions { get; init; }

    /// <summary>The end user that the caller asks for; null when not given.</summary>
    public string? EndUser { get; init; }

    /// <summary>Who pays.</summary>
    public Payer Payer => new(UserId, Key, IsBackground: false);

    /// <summary>Its texts, for the prompt pipeline.</summary>
    public PromptContent ToContent() => new()
    {
        Inputs = Inputs,
        Options = EndUser is null ? null : new ChatOptions { AdditionalProperties = new() { [EndUserField] = JsonSerializer.SerializeToElement(EndUser) } },
    };

    /// <summary>What is asked of the router beside the texts.</summary>
    public EmbeddingGenerationOptions ToOptions(ModelPrompt prompt, Model wanted) => new()
    {
        ModelId = wanted.Id,
        Dimensions = Dimensions,
        AdditionalProperties = prompt.Options?.AdditionalProperties,
    };
}
