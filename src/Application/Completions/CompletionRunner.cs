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
    ICompletionStore store,
    CompletionAnswering answering,
    IOptions<CompletionOptions> options,
    TimeProvider clock)
{
    // More turns than any context window of use holds; older ones would only be read to be left out.
    private const int MaxHistory = 200;

    private static readonly Conversation None = new(Model: null, SystemPrompt: null, ParentId: null, Messages: []);

    /// <summary>Starts a completion; the run it gives goes on by itself.</summary>
    public async Task<Result<CompletionRun>> StartAsync(CompletionRequest request, CancellationToken ct)
    {
        var loaded = await LoadAsync(request, ct);
        if (!loaded.IsSuccess)
            return loaded.Error;

        var (plan, model, conversation) = loaded.Value;
        var prepared = Prepare(request, plan, model, conversation);
        if (!prepared.IsSuccess)
            return prepared.Error;

        ct.ThrowIfCancellationRequested();
        var admitted = await AdmitAsync(request, plan, conversation, prepared.Value);
        if (admitted.IsSuccess)
            answering.Start(admitted.Value, prepared.Value, request);
        return admitted;
    }

    private async Task<Result<Loaded>> LoadAsync(CompletionRequest request, CancellationToken ct)
    {
        if (await subscriptions.PlanOfAsync(request.UserId, ct) is not { } plan)
            return AuthErrors.AccountUnavailable;

        var conversation = None;
        if (request.ChatId is { } chat)
        {
            var read = await conversations.ReadAsync(chat, request.UserId, request.ParentId, MaxHistory, ct);
            if (!read.IsSuccess)
                return read.Error;
            conversation = read.Value;
        }

        var models = await catalog.ListAsync(ct);
        var wanted = request.Model ?? conversation.Model;
        var model = wanted is null ? models.FirstOrDefault(m => plan.Allows(m.Id)) ?? models[0] : models.FirstOrDefault(m => m.Id == wanted);
        if (model is null)
            return CompletionErrors.UnknownModel(wanted!);
        return plan.Allows(model.Id) ? new Loaded(plan, model, conversation) : QuotaErrors.ModelNotInPlan(model.Id);
    }

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
            Question = request.Prompt,
            MaxCompletionTokens = request.MaxTokens ?? longest,
            LengthIsExact = request.MaxTokens is not null,
        });
    }

    private async Task<Result<CompletionRun>> AdmitAsync(CompletionRequest request, Plan plan, Conversation conversation, PromptDraft prompt)
    {
        var now = clock.GetUtcNow();
        var turn = request.ChatId is { } chat ? new ChatTurn(chat, conversation.ParentId, MessageId.New(now), MessageId.New(now)) : null;
        var completion = Completion.Start(
            new CompletionStart(request.UserId, turn, prompt.Model, prompt.Question, prompt.PromptTokens, prompt.Findings, request.Store)
            {
                ApiKeyId = request.Key?.Id,
            },
            now);
        var demand = new QuotaDemand(
            prompt.PromptTokens, prompt.MaxCompletionTokens, prompt.LengthIsExact ? prompt.MaxCompletionTokens : 1, prompt.Model.Price);

        IReadOnlyList<PlanLimit> limits = request.Key?.Limit is { } own ? [.. plan.Limits, own] : plan.Limits;

        // Without the caller's token: one who leaves now would leave a reservation that nobody answers.
        var counters = await store.AdmitAsync(completion, limits, demand, now + options.Value.Lease, CancellationToken.None);
        if (!counters.IsSuccess)
            return counters.Error;

        var states = limits.Zip(counters.Value, (limit, counter) => QuotaLimitDto.From(limit, counter, now));
        return new CompletionRun(completion, [.. states], options.Value.MaxOutputBytes);
    }

    private sealed record Loaded(Plan Plan, Model Model, Conversation Conversation);
}
