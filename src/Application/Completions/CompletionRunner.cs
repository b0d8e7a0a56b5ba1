using CleanLlm.Application.Ai;
using CleanLlm.Application.Chats;
using CleanLlm.Application.Prompting;
using CleanLlm.Application.Quotas;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Completions;

/// <summary>
/// The one admission point: every way to a model passes through here. Load, prepare and admit happen while the caller waits,
/// so refusals come before the first byte; answering goes on without the caller.
/// </summary>
internal sealed class CompletionRunner(
    ISubscriptions subscriptions,
    IModelCatalog catalog,
    IConversationReader conversations,
    PromptPipeline pipeline,
    CompletionReplay replay,
    ICompletionStore store,
    CompletionAnswering answering,
    CachePolicy cache,
    IOptions<CompletionOptions> options,
    TimeProvider clock)
{
    // More turns than any context window of use holds; older ones would only be read to be left out.
    private const int MaxHistory = 200;

    private static readonly Conversation None = new(Model: null, SystemPrompt: null, ParentId: null, Messages: []);

    /// <summary>Starts a completion, which goes on by itself; or finds the one that the same request has started before.</summary>
    public async Task<Result<StartedCompletion>> StartAsync(CompletionRequest request, CancellationToken ct)
    {
        if (request.Repeat is { } repeatable)
        {
            request = request with { Idempotency = await replay.HashAsync(repeatable, ct) };
            var earlier = await replay.FindAsync(request, ct);
            if (!earlier.IsSuccess)
                return earlier.Error;
            if (earlier.Value is { } known)
                return known;
        }

        var loaded = await LoadAsync(request, ct);
        if (!loaded.IsSuccess)
            return loaded.Error;

        var (plan, candidates, conversation) = loaded.Value;
        var prepared = Prepare(request, plan, candidates[0], conversation);
        if (!prepared.IsSuccess)
            return prepared.Error;

        ct.ThrowIfCancellationRequested();
        var admitted = await AdmitAsync(request, loaded.Value, prepared.Value);
        if (admitted.IsSuccess)
        {
            answering.Start(admitted.Value, prepared.Value, request);
            return StartedCompletion.Of(admitted.Value);
        }

        // Another repetition may have been admitted since the first look, and have taken what this one was refused for.
        var other = await replay.FindAsync(request, ct);
        return !other.IsSuccess ? other.Error : other.Value is { } same ? same : admitted.Error;
    }

    private async Task<Result<Loaded>> LoadAsync(CompletionRequest request, CancellationToken ct)
    {
        if (await subscriptions.PlanOfAsync(request.UserId, ct) is not { } plan)
            return AuthErrors.AccountUnavailable;

        var conversation = None;
        if (request.ChatId is { } chat)
        {
            var read = request.Regenerates is { } message
                ? await conversations.ReadAboveAsync(chat, request.UserId, message, MaxHistory, ct)
                : await conversations.ReadAsync(chat, request.UserId, request.ParentId, MaxHistory, ct);
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

    private Result<PromptDraft> Prepare(CompletionRequest request, Plan plan, Model model, Conversation conversation)
    {
        var longest = Math.Min(model.MaxOutputTokens, plan.MaxOutputTokens ?? int.MaxValue);
        if (request.MaxTokens > longest)
            return Error.Invalid("maxTokens", $"At most {longest} for the model '{model.Id}' on your plan.");

        return pipeline.Prepare(new PromptDraft
        {
            Model = model,
            Field = request.PromptField,
            SystemPrompt = conversation.SystemPrompt,
            History = conversation.Messages,
            Messages = conversation.Question is { } asked ? CompletionRequest.Question(asked.Content) : request.Messages,
            Options = request.Options,
            MaxCompletionTokens = request.MaxTokens ?? longest,
            LengthIsExact = request.MaxTokens is not null,
        });
    }

    private async Task<Result<CompletionRun>> AdmitAsync(CompletionRequest request, Loaded loaded, PromptDraft prompt)
    {
        var (plan, _, conversation) = loaded;
        var now = clock.GetUtcNow();
        var turn = request.ChatId is { } chat
            ? new ChatTurn(chat, conversation.ParentId, conversation.Question?.Id ?? MessageId.New(now), MessageId.New(now))
            {
                QuestionStored = conversation.Question is not null,
            }
            : null;
        var completion = Completion.Start(
            new CompletionStart(request.UserId, turn, prompt.Model, prompt.Question, prompt.PromptTokens, prompt.Findings, request.Store)
            {
                ApiKeyId = request.Key?.Id,
                Idempotency = request.Idempotency,
            },
            now);
        IReadOnlyList<Model> candidates = [.. loaded.Candidates.Where(model => IsAbleTo(model, prompt))];
        var demand = new QuotaDemand(
            prompt.PromptTokens,
            prompt.MaxCompletionTokens,
            prompt.LengthIsExact ? prompt.MaxCompletionTokens : 1,
            TokenPrice.Ceiling(candidates.Select(model => model.Price)));

        var limits = Limits(request, plan);

        // Without the caller's token: one who leaves now would leave a reservation that nobody answers.
        var counters = await store.AdmitAsync(completion, limits, demand, now + options.Value.Lease, CancellationToken.None);
        if (!counters.IsSuccess)
            return counters.Error;

        var states = limits.Zip(counters.Value, (limit, counter) => QuotaLimitDto.From(limit, counter, now));
        var terms = cache.TermsFor(request.UserId, plan, request.Cache, request.Temperature, request.Store);
        return new CompletionRun(completion, new RoutedCall { Candidates = candidates, Cache = terms }, [.. states], options.Value.MaxOutputBytes);
    }

    private static IReadOnlyList<PlanLimit> Limits(CompletionRequest request, Plan plan) => request switch
    {
        { IsAside: true } => [.. plan.Limits.Where(limit => limit.Metric != QuotaMetric.Concurrency)],
        { Key.Limit: { } own } => [.. plan.Limits, own],
        _ => plan.Limits,
    };

    // The first is the one the prompt was fitted for; another may stand in for it only where the same prompt fits.
    private static bool IsAbleTo(Model model, PromptDraft prompt) =>
        model == prompt.Model || prompt.PromptTokens + Math.Min(prompt.MaxCompletionTokens, model.MaxOutputTokens) <= model.ContextWindow;

    private sealed record Loaded(Plan Plan, IReadOnlyList<Model> Candidates, Conversation Conversation);
}
