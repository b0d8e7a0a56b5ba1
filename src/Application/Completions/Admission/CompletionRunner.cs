using CleanLlm.Application.Ai;
using CleanLlm.Application.Completions.Running;
using CleanLlm.Application.Prompting;
using CleanLlm.Application.Quotas;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Completions.Admission;

/// <summary>
/// The one admission point: every way to a model passes through here. Load, prepare and admit happen while the caller waits,
/// so refusals come before the first byte; answering goes on without the caller.
/// </summary>
internal sealed class CompletionRunner(
    IPlanLookup plans,
    IModelCatalog catalog,
    IConversationReader conversations,
    PromptPipeline pipeline,
    ContextFitStep fitting,
    PromptCounting counting,
    CompletionReplay replay,
    AdmissionGate gate,
    IProviderPlaces places,
    CompletionAdmission admission,
    CompletionAnswering answering,
    CachePolicy cache,
    ITokenCounter tokens,
    IOptions<CompletionOptions> options,
    TimeProvider clock)
{
    // More turns than any context window of use holds; older ones would only be read to be left out.
    private const int MaxHistory = 200;

    // How often a question that follows the end of its chat is asked again because the end has moved meanwhile.
    private const int MostAttempts = 3;

    private static readonly Conversation None = new(Model: null, SystemPrompt: null, ParentId: null, Messages: []);

    /// <summary>Starts a completion, which goes on by itself; or finds the one that the same request has started before.</summary>
    public async Task<Result<StartedCompletion>> StartAsync(CompletionRequest request, CancellationToken ct)
    {
        if (await gate.EnterAsync(request.UserId, request.IsBackground, ct) is { } refusal)
            return refusal;
        using var place = new AdmissionPlace(gate);
        return await StartInsideAsync(request, place, ct);
    }

    private async Task<Result<StartedCompletion>> StartInsideAsync(CompletionRequest request, AdmissionPlace place, CancellationToken ct)
    {
        if (request.Repeat is { } repeatable)
        {
            request = request with { Idempotency = await replay.HashAsync(repeatable, ct) };
            var earlier = await replay.FindAsync(request, ct);
            if (!earlier.IsSuccess)
                return earlier.Error;
            if (earlier.Value.Completion is { } known)
                return known;
            request = earlier.Value.Question is { } question ? request with { Regenerates = question, Edits = null } : request;
        }

        for (var attempt = 1; ; attempt++)
        {
            var started = await TryStartAsync(request, place, ct);
            if (started.Error != ChatErrors.Moved || attempt == MostAttempts)
                return started;
        }
    }

    private async Task<Result<StartedCompletion>> TryStartAsync(CompletionRequest request, AdmissionPlace place, CancellationToken ct)
    {
        var loaded = await LoadAsync(request, ct);
        if (!loaded.IsSuccess)
            return loaded.Error;

        var (plan, candidates, _) = loaded.Value;
        var terms = cache.TermsFor(request.UserId, plan, request.Cache, request.Temperature, request.Store);
        // What the cache may know needs no provider.
        if (terms is null && !places.Any(candidates, request.IsBackground))
        {
            gate.NoteRefusal(ProviderErrors.NoPlace);
            return ProviderErrors.NoPlace;
        }

        var prepared = await PrepareAsync(request, loaded.Value, place, ct);
        if (!prepared.IsSuccess)
            return await OfOtherAsync(request, prepared.Error, ct);

        ct.ThrowIfCancellationRequested();
        var admitted = await AdmitAsync(request, loaded.Value, prepared.Value, terms);
        if (admitted.IsSuccess)
        {
            answering.Start(admitted.Value, prepared.Value, request.Temperature);
            return StartedCompletion.Of(admitted.Value);
        }

        return await OfOtherAsync(request, admitted.Error, ct);
    }

    // Another repetition may have been admitted since the first look, and have taken what this one was refused for.
    private async Task<Result<StartedCompletion>> OfOtherAsync(CompletionRequest request, Error refusal, CancellationToken ct)
    {
        var other = await replay.FindAsync(request, ct);
        return !other.IsSuccess ? other.Error : other.Value.Completion is { } same ? same : refusal;
    }

    private async Task<Result<Loaded>> LoadAsync(CompletionRequest request, CancellationToken ct)
    {
        if (await plans.PlanOfAsync(request.UserId, ct) is not { } plan)
            return AuthErrors.AccountUnavailable;

        var conversation = None;
        if (request.ChatId is { } chat)
        {
            var read = request switch
            {
                { Regenerates: { } message } => await conversations.ReadAboveAsync(chat, request.UserId, message, MaxHistory, ct),
                { Edits: { } question } => await conversations.ReadBesideAsync(chat, request.UserId, question, MaxHistory, ct),
                _ => await conversations.ReadAsync(chat, request.UserId, request.ParentId, MaxHistory, ct),
            };
            if (!read.IsSuccess)
                return read.Error;
            conversation = read.Value;
        }

        var wanted = request.Model ?? conversation.Model ?? Default(plan, await catalog.ListAsync(ct));
        var candidates = await CandidatesAsync(wanted, plan, ct);
        return candidates.IsSuccess ? new Loaded(plan, candidates.Value, conversation) : candidates.Error;
    }

    // A plan with none of the models that go by the name does not get what only stands in for them.
    private async ValueTask<Result<IReadOnlyList<Model>>> CandidatesAsync(string wanted, Plan plan, CancellationToken ct)
    {
        var (named, all) = await catalog.CandidatesAsync(wanted, ct);
        if (named.Count == 0)
            return CompletionErrors.UnknownModel(wanted);
        if (named.All(model => model.IsEmbedding))
            return CompletionErrors.NoChat(wanted);
        if (!named.Any(IsOpen))
            return QuotaErrors.ModelNotInPlan(named.First(model => !model.IsEmbedding).Id);
        return Result<IReadOnlyList<Model>>.Success([.. all.Where(IsOpen)]);

        bool IsOpen(Model model) => !model.IsEmbedding && plan.Allows(model.Id);
    }

    private static string Default(Plan plan, IReadOnlyList<Model> models) =>
        (models.FirstOrDefault(model => plan.Allows(model.Id) && !model.IsEmbedding) ?? models[0]).Id;

    private async Task<Result<PromptDraft>> PrepareAsync(CompletionRequest request, Loaded loaded, AdmissionPlace place, CancellationToken ct)
    {
        var cleaned = Clean(request, loaded.Plan, loaded.Candidates[0], loaded.Conversation);
        if (!cleaned.IsSuccess)
            return cleaned.Error;
        var draft = cleaned.Value;
        if (!counting.IsLarge(PromptPieces.Characters(draft)))
            return fitting.Apply(draft);

        // In a chat the place may be taken by what runs at the same place: admission tells that, with its id.
        var limits = Limits(request, loaded.Plan);
        if (request.ChatId is not null)
            limits = [.. limits.Where(limit => limit.Metric != QuotaMetric.Concurrency)];
        var least = new QuotaDemand(
            PromptPieces.AtLeast(draft, tokens), draft.MaxCompletionTokens, draft.LengthIsExact ? draft.MaxCompletionTokens : 1, draft.Model.Price);
        return await counting.CountAsync(request.UserId, place, limits, least, clock.GetUtcNow(), () => fitting.Apply(draft), ct);
    }

    private Result<PromptDraft> Clean(CompletionRequest request, Plan plan, Model model, Conversation conversation)
    {
        var longest = Math.Min(model.MaxOutputTokens, plan.MaxOutputTokens ?? int.MaxValue);
        if (request.MaxTokens > longest && !request.TakesShorter)
            return Error.Invalid("maxTokens", $"At most {longest} for the model '{model.Id}' on your plan.");

        return pipeline.Prepare(new PromptDraft
        {
            Model = model,
            Field = request.PromptField,
            SystemPrompt = conversation.SystemPrompt,
            History = conversation.Messages,
            Messages = conversation.Question is { } asked ? CompletionRequest.Question(asked.Content) : request.Messages,
            Options = request.Options,
            MaxCompletionTokens = Math.Min(request.MaxTokens ?? longest, longest),
            LengthIsExact = request.MaxTokens is not null && !request.TakesShorter,
        });
    }

    private async Task<Result<CompletionRun>> AdmitAsync(CompletionRequest request, Loaded loaded, PromptDraft prompt, CacheTerms? terms)
    {
        var (plan, _, conversation) = loaded;
        var now = clock.GetUtcNow();
        var turn = request.ChatId is { } chat
            ? new ChatTurn(chat, conversation.ParentId, conversation.Question?.Id ?? MessageId.New(now), MessageId.New(now), conversation.Question is not null)
            {
                FollowsLeaf = request is { ParentId: null, Regenerates: null, Edits: null },
            }
            : null;
        var completion = Completion.Start(
            new CompletionStart(request.UserId, turn, prompt.Model, prompt.Question, prompt.PromptTokens, prompt.Findings, request.Store)
            {
                ApiKeyId = request.Key?.Id,
                Idempotency = request.Idempotency,
                StoreReasoning = plan.StoreReasoning,
            },
            now);
        IReadOnlyList<Model> candidates = [.. loaded.Candidates.Where(model => IsAbleTo(model, prompt))];
        var demand = new QuotaDemand(
            prompt.PromptTokens,
            prompt.MaxCompletionTokens,
            prompt.LengthIsExact ? prompt.MaxCompletionTokens : 1,
            TokenPrice.Ceiling(candidates.Select(model => model.Price)));

        var limits = Limits(request, plan);

        var counters = await admission.AdmitAsync(completion, limits, demand);
        if (!counters.IsSuccess)
            return counters.Error;

        var states = limits.Zip(counters.Value, (limit, counter) => QuotaLimitDto.From(limit, counter, now));
        var routed = new RoutedCall { Candidates = candidates, PromptTokens = prompt.PromptTokens, Cache = terms };
        return new CompletionRun(completion, routed, [.. states], options.Value.MaxOutputBytes, request.Stream)
        {
            EarlierAnswers = conversation.Question?.AnswerIds ?? [],
        };
    }

    private static IReadOnlyList<PlanLimit> Limits(CompletionRequest request, Plan plan) => request switch
    {
        { IsBackground: true } => [.. plan.Limits.Where(limit => limit.Metric != QuotaMetric.Concurrency)],
        { Key.Limit: { } own } => [.. plan.Limits, own],
        _ => plan.Limits,
    };

    // The first is the one the prompt was fitted for; another may stand in for it only where the same prompt fits, beside the answer that
    // was asked for or, where its length is not known and any will do, a good part of the window.
    private static bool IsAbleTo(Model model, PromptDraft prompt)
    {
        if (model == prompt.Model)
            return true;
        var answer = Math.Min(prompt.MaxCompletionTokens, model.MaxOutputTokens);
        if (model.IsLengthUnknown && !prompt.LengthIsExact)
            answer = Math.Min(answer, model.ContextWindow / ContextFitStep.AnswerShare);
        return prompt.PromptTokens + answer <= model.ContextWindow;
    }

    private sealed record Loaded(Plan Plan, IReadOnlyList<Model> Candidates, Conversation Conversation);
}
