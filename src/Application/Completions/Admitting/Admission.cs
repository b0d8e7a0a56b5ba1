using CleanLlm.Application.Ai;
using CleanLlm.Application.Completions.Holding;
using CleanLlm.Application.Prompting;
using CleanLlm.Application.Quotas;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;

namespace CleanLlm.Application.Completions.Admitting;

/// <summary>
/// The one admission: every call of a model, for an answer or for embeddings, with a caller who waits or without, enters the gate, finds its
/// model, is prepared and reserves its quota here. What is reserved is settled by the closing (<see cref="Running.CompletionClosings"/>).
/// </summary>
internal sealed class Admission(
    AdmissionGate gate,
    IPlanLookup plans,
    IModelCatalog catalog,
    IProviderPlaces places,
    PromptPipeline pipeline,
    ContextFitting fitting,
    PromptCounting counting,
    QuotaReservations reservations,
    ITokenCounter tokens,
    TimeProvider clock)
{
    /// <summary>Asks for a place in the gate, which bounds what asks the database at once.</summary>
    /// <returns>The place, to be given back; or why there is none.</returns>
    public async ValueTask<Result<AdmissionPlace>> EnterAsync(Payer payer, CancellationToken ct) =>
        await gate.EnterAsync(payer.UserId, payer.IsBackground, ct) is { } refusal ? refusal : new AdmissionPlace(gate);

    /// <summary>What the payer may spend.</summary>
    public async ValueTask<Result<Plan>> PlanOfAsync(UserId payer, CancellationToken ct) =>
        await plans.PlanOfAsync(payer, ct) is { } plan ? plan : AuthErrors.AccountUnavailable;

    /// <summary>Finds who may answer for a name. A plan with none of the models that go by it does not get what only stands in for them.</summary>
    /// <param name="plan">The payer's plan.</param>
    /// <param name="wanted">A model's id or alias; null for the first chat model that the plan allows.</param>
    /// <param name="forEmbeddings">Whether vectors are wanted, and no answer.</param>
    /// <param name="ct">The caller's.</param>
    public async ValueTask<Result<ModelSelection>> SelectAsync(Plan plan, string? wanted, bool forEmbeddings, CancellationToken ct)
    {
        wanted ??= Default(plan, await catalog.ListAsync(ct));
        var (named, all) = await catalog.CandidatesAsync(wanted, ct);
        if (named.Count == 0)
            return CompletionErrors.UnknownModel(wanted);
        if (named.FirstOrDefault(IsFit) is not { } fit)
            return forEmbeddings ? CompletionErrors.NoEmbeddings(wanted) : CompletionErrors.NoChat(wanted);
        return named.Any(IsOpen) ? new ModelSelection(plan, [.. all.Where(IsOpen)]) : QuotaErrors.ModelNotInPlan(fit.Id);

        bool IsFit(Model model) => model.IsEmbedding == forEmbeddings;

        bool IsOpen(Model model) => IsFit(model) && plan.Allows(model.Id);
    }

    /// <summary>Whether no provider of the models has a place for one more call: then there is no use in preparing it.</summary>
    /// <returns>Why it is refused; null when one has.</returns>
    public Error? Crowded(ModelSelection selection, Payer payer)
    {
        if (places.Any(selection.Candidates, payer.IsBackground))
            return null;
        gate.NoteRefusal(ProviderErrors.NoPlace);
        return ProviderErrors.NoPlace;
    }

    /// <summary>Leads the prompt through the pipeline and counts it. A large one waits for its turn, without its place in the gate.</summary>
    /// <param name="draft">The prompt as it was asked.</param>
    /// <param name="payer">Who pays.</param>
    /// <param name="plan">The payer's plan.</param>
    /// <param name="chat">The chat it belongs to; null outside any.</param>
    /// <param name="place">The place in the gate.</param>
    /// <param name="ct">The caller's.</param>
    public async Task<Result<PromptDraft>> PrepareAsync(PromptDraft draft, Payer payer, Plan plan, ChatId? chat, AdmissionPlace place, CancellationToken ct)
    {
        var context = new PromptContext(payer.UserId, plan, payer.Key, chat, draft.Model);
        var prepared = await pipeline.PrepareAsync(draft, context, ct);
        if (!prepared.IsSuccess)
            return prepared;
        var ready = prepared.Value;
        if (!counting.IsLarge(PromptPieces.Characters(ready)))
            return await ReadAsync(ct);

        // In a chat the place may be taken by what runs at the same place: admission tells that, with its id.
        var limits = payer.LimitsOf(plan);
        if (chat is not null)
            limits = [.. limits.Where(limit => limit.Metric != QuotaMetric.Concurrency)];
        var least = new QuotaDemand(PromptPieces.AtLeast(ready, tokens), ready.MaxCompletionTokens, ready.LengthIsSet, ready.Model.Price);
        return await counting.CountAsync(payer.UserId, place, limits, least, clock.GetUtcNow(), ReadAsync, ct);

        async ValueTask<Result<PromptDraft>> ReadAsync(CancellationToken token)
        {
            var read = await pipeline.ReadAsync(ready, context, token);
            if (!read.IsSuccess)
                return read;
            var fitted = fitting.Apply(read.Value);
            return fitted.IsSuccess ? await pipeline.FinishAsync(fitted.Value, context, token) : fitted;
        }
    }

    /// <summary>
    /// Reserves what the call may use, at the price of the dearest model that may answer, and stores it as running. It waits for its turn,
    /// without its place in the gate, where only what others hold stands in the way.
    /// </summary>
    /// <param name="completion">The call.</param>
    /// <param name="prompt">Its prepared prompt.</param>
    /// <param name="selection">Who may answer.</param>
    /// <param name="payer">Who pays.</param>
    /// <param name="place">The place in the gate.</param>
    /// <param name="ct">The caller's.</param>
    /// <returns>What was reserved, or which limit is in the way.</returns>
    public async Task<Result<ReservedQuota>> ReserveAsync(
        Completion completion, PromptDraft prompt, ModelSelection selection, Payer payer, AdmissionPlace place, CancellationToken ct)
    {
        var limits = payer.LimitsOf(selection.Plan);
        var price = TokenPrice.Ceiling(selection.Candidates.Select(model => model.Price));
        var terms = new QuotaTerms(limits, new QuotaDemand(prompt.PromptTokens, prompt.MaxCompletionTokens, prompt.LengthIsSet, price));
        var counters = await reservations.ReserveAsync(completion, terms, payer, place, ct);
        return counters.IsSuccess
            ? new ReservedQuota(terms, [.. limits.Zip(counters.Value, (limit, counter) => QuotaLimitDto.From(limit, counter, completion.CreatedAt))])
            : counters.Error;
    }

    private static string Default(Plan plan, IReadOnlyList<Model> models) =>
        (models.FirstOrDefault(model => plan.Allows(model.Id) && !model.IsEmbedding) ?? models[0]).Id;
}

/// <summary>What a completion has reserved.</summary>
/// <param name="Terms">What it was admitted under.</param>
/// <param name="Limits">The payer's limits as they stand after that.</param>
internal sealed record ReservedQuota(QuotaTerms Terms, IReadOnlyList<QuotaLimitDto> Limits);
