using CleanLlm.Application.Ai;
using CleanLlm.Application.Completions.Running;
using CleanLlm.Application.Prompting;
using CleanLlm.Application.Templates;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Prompting;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Templates;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Completions.Admitting;

/// <summary>
/// Makes completions, in two halves. Admitting happens while the caller waits, so refusals come before the first byte; running goes on without
/// the caller, and could begin later or elsewhere: all that it needs is in the <see cref="AdmittedCompletion"/>.
/// </summary>
internal sealed class CompletionRunner(
    Admission admission,
    IConversationReader conversations,
    ITemplateVersions templates,
    CompletionReplay replay,
    CompletionAnswering answering,
    CachePolicy cache,
    IDueSummaries summaries,
    IOptions<PromptingOptions> prompting,
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
        var entered = await admission.EnterAsync(request.Payer, ct);
        if (!entered.IsSuccess)
            return entered.Error;
        // Until it runs, so that a process that leaves sees it here or there.
        using var place = entered.Value;
        var admitted = await AdmitAsync(request, place, ct);
        return admitted.IsSuccess ? admitted.Value.Earlier ?? Run(admitted.Value.Completion!) : admitted.Error;
    }

    /// <summary>The first half: what the request asks for is stored as running and has its quota.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="place">Its place in the gate.</param>
    /// <param name="ct">The caller's.</param>
    public async Task<Result<Admitted>> AdmitAsync(CompletionRequest request, AdmissionPlace place, CancellationToken ct)
    {
        if (request.Repeat is { } repeatable)
        {
            request = request with { Idempotency = await replay.HashAsync(repeatable, ct) };
            var earlier = await replay.FindAsync(request, ct);
            if (!earlier.IsSuccess)
                return earlier.Error;
            if (earlier.Value.Completion is { } known)
                return new Admitted(Completion: null, known);
            request = earlier.Value.Question is { } question ? request with { Regenerates = question, Edits = null } : request;
        }

        for (var attempt = 1; ; attempt++)
        {
            var admitted = await TryAdmitAsync(request, place, ct);
            if (admitted.Error != ChatErrors.Moved || attempt == MostAttempts)
                return admitted;
        }
    }

    /// <summary>The second half: it is answered, whoever waits for it.</summary>
    public StartedCompletion Run(AdmittedCompletion admitted) => StartedCompletion.Of(answering.Start(admitted));

    private async Task<Result<Admitted>> TryAdmitAsync(CompletionRequest request, AdmissionPlace place, CancellationToken ct)
    {
        var loaded = await LoadAsync(request, ct);
        if (!loaded.IsSuccess)
            return loaded.Error;

        var selection = loaded.Value.Selection;
        var terms = cache.TermsFor(request.UserId, selection.Plan, request.Cache, request.Temperature, request.Store);
        // What the cache may know needs no provider.
        if (terms is null && admission.Crowded(selection, request.Payer) is { } crowded)
            return crowded;

        var draft = Draft(request, loaded.Value);
        if (!draft.IsSuccess)
            return draft.Error;
        var prepared = await admission.PrepareAsync(draft.Value, request.Payer, selection.Plan, request.ChatId, place, ct);
        if (!prepared.IsSuccess)
            return await OfOtherAsync(request, prepared.Error, ct);

        ct.ThrowIfCancellationRequested();
        var admitted = await ReserveAsync(request, loaded.Value, prepared.Value, terms, place, ct);
        return admitted.IsSuccess ? new Admitted(admitted.Value, Earlier: null) : await OfOtherAsync(request, admitted.Error, ct);
    }

    // Another repetition may have been admitted since the first look, and have taken what this one was refused for.
    private async Task<Result<Admitted>> OfOtherAsync(CompletionRequest request, Error refusal, CancellationToken ct)
    {
        var other = await replay.FindAsync(request, ct);
        return !other.IsSuccess ? other.Error : other.Value.Completion is { } same ? new Admitted(Completion: null, same) : refusal;
    }

    private async Task<Result<Loaded>> LoadAsync(CompletionRequest request, CancellationToken ct)
    {
        var plan = await admission.PlanOfAsync(request.UserId, ct);
        if (!plan.IsSuccess)
            return plan.Error;

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

        var selection = await admission.SelectAsync(plan.Value, request.Model ?? conversation.Model, forEmbeddings: false, ct);
        if (!selection.IsSuccess)
            return selection.Error;

        // What was asked before is asked by the template as it was.
        if (request.Template is not { } call || conversation.Question is not null)
            return new Loaded(selection.Value, conversation) { Template = conversation.Question?.Template };
        var use = await call.FillAsync(templates, request.UserId, request.Messages[^1].Text, ct);
        return use.IsSuccess ? new Loaded(selection.Value, conversation) { Template = use.Value } : use.Error;
    }

    private Result<PromptDraft> Draft(CompletionRequest request, Loaded loaded)
    {
        var (selection, conversation) = loaded;
        var (model, use) = (selection.Wanted, loaded.Template);
        var longest = Math.Min(model.MaxOutputTokens, selection.Plan.MaxOutputTokens ?? int.MaxValue);
        if (request.MaxTokens > longest && !request.TakesShorter)
            return Error.Invalid("maxTokens", $"At most {longest} for the model '{model.Id}' on your plan.");

        var content = new PromptContent
        {
            OperatorSystemPrompt = prompting.Value.SystemPrompt,
            PlanSystemPrompt = selection.Plan.SystemPrompt,
            SystemPrompt = conversation.SystemPrompt,
            Template = use,
            Messages = use is not null ? [ParameterBlocks.Question(use)]
                : conversation.Question is { } asked ? CompletionRequest.Question(asked.Content)
                : request.Messages,
            Options = request.Options,
        };
        content = content.With(conversation.Messages, selection.Plan.History == HistoryMode.Summarize ? conversation.Summary : null);
        return PromptDraft.Of(
            content,
            model,
            request.PromptField,
            Math.Min(request.MaxTokens ?? longest, longest),
            lengthIsExact: request.MaxTokens is not null && !request.TakesShorter) with
        {
            LengthIsSet = request.MaxTokens is not null,
        };
    }

    private async Task<Result<AdmittedCompletion>> ReserveAsync(
        CompletionRequest request, Loaded loaded, PromptDraft prompt, CacheTerms? terms, AdmissionPlace place, CancellationToken ct)
    {
        var (selection, conversation) = loaded;
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
                Template = prompt.Template?.ToJson(),
                CountedPromptTokens = prompt.CountedPromptTokens,
                Idempotency = request.Idempotency,
                StoreReasoning = selection.Plan.StoreReasoning,
            },
            now);
        // What can go wrong goes wrong before anything is held.
        var sent = prompt.Assemble();
        var able = selection with { Candidates = [.. selection.Candidates.Where(model => IsAbleTo(model, prompt))] };
        var reserved = await admission.ReserveAsync(completion, prompt, able, request.Payer, place, ct);
        if (!reserved.IsSuccess)
            return reserved.Error;

        if (request.ChatId is { } of && selection.Plan.History == HistoryMode.Summarize && prompt.SummaryDue is { } upTo)
            summaries.Add(of, request.UserId, upTo);
        var call = new RoutedCall { Candidates = able.Candidates, PromptTokens = prompt.PromptTokens, Cache = terms };
        return new AdmittedCompletion(completion, sent, call, reserved.Value.Limits)
        {
            Terms = reserved.Value.Terms,
            Restorations = prompt.Restorations,
            Instructions = prompt.Instructions,
            Settings = selection.Plan.Steps,
            Temperature = request.Temperature,
            IsStreamed = request.Stream,
            EarlierAnswers = conversation.Question?.AnswerIds ?? [],
        };
    }

    // The first is the one the prompt was fitted for; another may stand in for it only where the same prompt fits, beside the answer that
    // was asked for or, where its length is not known and any will do, a good part of the window.
    private static bool IsAbleTo(Model model, PromptDraft prompt)
    {
        if (model == prompt.Model)
            return true;
        var answer = Math.Min(prompt.MaxCompletionTokens, model.MaxOutputTokens);
        if (model.IsLengthUnknown && !prompt.LengthIsExact)
            answer = Math.Min(answer, model.ContextWindow / ContextFitting.AnswerShare);
        return Math.Max(prompt.PromptTokens, model.Expected(prompt.CountedPromptTokens)) + answer <= model.ContextWindow;
    }

    private sealed record Loaded(ModelSelection Selection, Conversation Conversation)
    {
        public TemplateUse? Template { get; init; }
    }
}

/// <summary>What came of asking for a completion: one that may run, or the one that the same request had made before.</summary>
/// <param name="Completion">The completion; null for a repetition.</param>
/// <param name="Earlier">The one made before; null for a new one.</param>
internal sealed record Admitted(AdmittedCompletion? Completion, StartedCompletion? Earlier);
