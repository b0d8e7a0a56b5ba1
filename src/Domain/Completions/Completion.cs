using System.Linq.Expressions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Templates;
using CleanLlm.Domain.Usage;

namespace CleanLlm.Domain.Completions;

/// <summary>One metered call of a model. It ends exactly once, and closing it settles its reservation.</summary>
public sealed class Completion
{
    // What is known from the start, before the findings of the answer.
    private IReadOnlyList<Finding> promptFindings = [];

    private Completion()
    {
    }

    /// <summary>Identifies the completion and its ledger entry.</summary>
    public CompletionId Id { get; private init; }

    /// <summary>The user who pays.</summary>
    public UserId UserId { get; private init; }

    /// <summary>The API key it was asked with; null when it was a signed-in person.</summary>
    public ApiKeyId? ApiKeyId { get; private init; }

    /// <summary>Where in a chat it takes place; null outside any chat.</summary>
    public ChatTurn? Turn { get; private init; }

    /// <summary>The model asked for; from the first checkpoint on the one that answers.</summary>
    public string Model { get; private set; } = "";

    /// <summary>The provider that serves it.</summary>
    public string Provider { get; private set; } = "";

    /// <summary>The price fixed at admission, of the model that answers.</summary>
    public TokenPrice Price { get; private set; } = TokenPrice.Free;

    /// <summary>Whether prompt and answer are kept; usage always is.</summary>
    public bool Store { get; private init; }

    /// <summary>Whether the model's reasoning is kept too; known to the instance that runs it.</summary>
    public bool StoreReasoning { get; private init; }

    /// <summary>Where it is in its life.</summary>
    public CompletionStatus Status { get; private set; }

    /// <summary>The prompt while it runs, and afterwards outside a chat; null when not stored.</summary>
    public string? Prompt { get; private set; }

    /// <summary>The template that the prompt was asked by, as <see cref="TemplateUse.ToJson"/> writes it; null for none, and where there is no prompt.</summary>
    public string? Template { get; private set; }

    /// <summary>The answer outside a chat, or as far as the last checkpoint saw it; null when not stored.</summary>
    public string? Answer { get; private set; }

    /// <summary>What the model said while it reasoned, outside a chat; null unless the plan keeps it.</summary>
    public string? Reasoning { get; private set; }

    /// <summary>The tools that the model wants called.</summary>
    public IReadOnlyList<ToolCall> ToolCalls { get; private set; } = [];

    /// <summary>Whether the answer came from the cache, at no cost.</summary>
    public bool Cached { get; private set; }

    /// <summary>Whether its cancellation was asked for; the instance that runs it looks every second.</summary>
    public bool CancelRequested { get; private init; }

    /// <summary>What makes its request repeatable; null unless its caller asked for that. Stored with it, never read back.</summary>
    public IdempotencyKey? IdempotencyKey { get; private set; }

    /// <summary>Tokens of the prompt: estimated until it ends.</summary>
    public int PromptTokens { get; private set; }

    /// <summary>Tokens of the prompt by the count made here; stored with the answer's message, never read back. Null where none is known.</summary>
    public int? CountedPromptTokens { get; private init; }

    /// <summary>Those of the prompt that the provider had in its cache.</summary>
    public int CachedPromptTokens { get; private set; }

    /// <summary>Tokens of the answer so far, its reasoning included.</summary>
    public int CompletionTokens { get; private set; }

    /// <summary>Those of the answer that are reasoning.</summary>
    public int ReasoningTokens { get; private set; }

    /// <summary>Cost in billionths of the configured currency; 0 until it ends.</summary>
    public long CostNanos { get; private set; }

    /// <summary>Why the answer ended; null unless it did.</summary>
    public FinishReason? FinishReason { get; private set; }

    /// <summary>The stable code of what ended it; null unless failed.</summary>
    public string? ErrorCode { get; private set; }

    /// <summary>What the steps noticed, first in the prompt and then in the answer.</summary>
    public IReadOnlyList<Finding> Findings { get; private set; } = [];

    /// <summary>What it holds of the quota; null once closed.</summary>
    public Reservation? Reservation { get; private set; }

    /// <summary>Until when the instance that runs it has vouched for it, by the database's clock; null once closed.</summary>
    public DateTimeOffset? LeaseExpiresAt { get; private set; }

    /// <summary>
    /// Whether the request that made it may run again under the same <c>Idempotency-Key</c>: it was interrupted, and as nothing of its
    /// answer had been stored, nothing was charged for it. What came from the cache costs nothing either, but was shown.
    /// </summary>
    public static Expression<Func<Completion, bool>> LeftNothing { get; } = completion =>
        completion.Status == CompletionStatus.Failed && completion.ErrorCode == CompletionErrors.Interrupted.Code && completion.CompletionTokens == 0
        && !completion.Cached;

    /// <summary>When it was admitted.</summary>
    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; private set; }

    /// <summary>A completion that may run. Its reservation is set when the quota admits it.</summary>
    public static Completion Start(CompletionStart start, DateTimeOffset now)
    {
        var completion = new Completion
        {
            Id = CompletionId.New(now),
            UserId = start.UserId,
            ApiKeyId = start.ApiKeyId,
            Turn = start.Turn,
            Model = start.Model.Id,
            Provider = start.Model.Provider,
            Price = start.Model.Price,
            // A question that is in its chat already needs no second copy.
            Prompt = start.Store && start.Turn is not { QuestionStored: true } ? start.Prompt : null,
            Template = start.Store && start.Turn is not { QuestionStored: true } ? start.Template : null,
            PromptTokens = start.PromptTokens,
            CountedPromptTokens = start.CountedPromptTokens,
            Findings = start.Findings,
            promptFindings = start.Findings,
            Store = start.Store,
            StoreReasoning = start is { Store: true, StoreReasoning: true },
            Status = CompletionStatus.Running,
            CreatedAt = now,
        };
        if (start.Idempotency is { } request)
            completion.IdempotencyKey = IdempotencyKey.Of(completion, request);
        return completion;
    }

    /// <summary>The quota admitted it: it holds the reservation, for as long as its lease is renewed.</summary>
    public void Hold(Reservation reservation, DateTimeOffset leaseExpiresAt)
    {
        Running();
        (Reservation, LeaseExpiresAt) = (reservation, leaseExpiresAt);
    }

    /// <summary>It had to wait for its quota, and is asked for again at a later moment.</summary>
    public void AskAgain(DateTimeOffset now) => CreatedAt = now;

    /// <summary>It holds a larger reservation than before, as its answer grows.</summary>
    public void Grow(Reservation larger)
    {
        Running();
        Reservation = larger;
    }

    /// <summary>Notes how far the answer has come, which is what a crash would charge and keep.</summary>
    /// <returns>What is to be stored, and renews the lease.</returns>
    public CompletionCheckpoint Checkpoint(string answer, TokenCount tokens)
    {
        Running();
        Answer = Store ? answer : null;
        (CompletionTokens, ReasoningTokens) = (tokens.CompletionTokens, tokens.ReasoningTokens);
        return Linger(answer);
    }

    /// <summary>Keeps the row's lease while it waits that its end is stored.</summary>
    /// <param name="answer">What a crash would keep of the answer.</param>
    /// <returns>What is to be stored, and renews the lease.</returns>
    public CompletionCheckpoint Linger(string answer) => new(Id, Store ? answer : null, CompletionTokens)
    {
        UserId = UserId,
        ReasoningTokens = ReasoningTokens,
        Findings = Findings,
        Model = Model,
        Provider = Provider,
        Price = Price,
    };

    /// <summary>Another provider, or a smaller model, answers in the place of the one that was asked.</summary>
    public void AnsweredBy(Model model)
    {
        Running();
        (Model, Provider, Price) = (model.Id, model.Provider, model.Price);
    }

    /// <summary>Notes all that the steps have noticed in the answer so far.</summary>
    public void Notices(IReadOnlyList<Finding> inAnswer)
    {
        Running();
        Findings = inAnswer.Count == 0 ? promptFindings : [.. promptFindings, .. inAnswer];
    }

    /// <summary>The answer was given before and costs nothing again.</summary>
    public void AnsweredFromCache()
    {
        Running();
        Cached = true;
    }

    /// <summary>The model reasoned before or while it answered; kept where the plan says so.</summary>
    public void Reasons(string reasoning)
    {
        Running();
        Reasoning = StoreReasoning && reasoning.Length > 0 ? reasoning : null;
    }

    /// <summary>The model wants tools called before it goes on.</summary>
    public void Calls(IReadOnlyList<ToolCall> tools)
    {
        Running();
        ToolCalls = Store ? tools : [];
    }

    /// <summary>The model answered in full.</summary>
    /// <returns>What follows from it, to be stored in one transaction.</returns>
    public CompletionClosing Succeed(string answer, TokenCount tokens, FinishReason reason, DateTimeOffset now)
    {
        FinishReason = reason;
        return Close(CompletionStatus.Succeeded, answer, tokens, charged: true, now);
    }

    /// <summary>It broke off. What was produced is kept and charged; when nothing was, nothing is.</summary>
    /// <returns>What follows from it, to be stored in one transaction.</returns>
    public CompletionClosing Fail(Error error, string answer, TokenCount tokens, DateTimeOffset now)
    {
        ErrorCode = error.Code;
        return Close(CompletionStatus.Failed, answer, tokens, charged: tokens.CompletionTokens > 0, now);
    }

    /// <summary>Its caller cancelled it. What was produced is kept and charged, and so is the prompt once a model was asked.</summary>
    /// <returns>What follows from it, to be stored in one transaction.</returns>
    public CompletionClosing Cancel(string answer, TokenCount tokens, bool modelWasAsked, DateTimeOffset now) =>
        Close(CompletionStatus.Cancelled, answer, tokens, charged: modelWasAsked || tokens.CompletionTokens > 0, now);

    /// <summary>The instance that ran it is gone: it fails with what the last checkpoint saw.</summary>
    /// <returns>What follows from it, to be stored in one transaction.</returns>
    public CompletionClosing Interrupt(DateTimeOffset now)
    {
        // Text that nothing is counted for came from the cache, or from a call that another user pays for: it was shown all the same.
        if (Answer is { Length: > 0 } && CompletionTokens == 0)
            AnsweredFromCache();
        return Fail(CompletionErrors.Interrupted, Answer ?? "", new TokenCount(PromptTokens, CompletionTokens, UsageBasis.Partial) { ReasoningTokens = ReasoningTokens }, now);
    }

    private CompletionClosing Close(CompletionStatus status, string answer, TokenCount tokens, bool charged, DateTimeOffset now)
    {
        Running();
        var reservation = Reservation ?? throw new InvalidOperationException("A completion is closed only after it was admitted.");
        (Status, FinishedAt, LeaseExpiresAt, Reservation) = (status, now, null, null);
        if (Cached)
            tokens = new TokenCount(0, 0, UsageBasis.Cached);
        else if (!charged)
            tokens = default;
        // An answer that could not enlarge its hold is charged at most that hold, so a large last piece cannot pass the limit.
        if (reservation.CompletionTokens < reservation.Bound)
            tokens = tokens.AtMost(reservation.CompletionTokens);
        (PromptTokens, CachedPromptTokens) = (tokens.PromptTokens, tokens.CachedPromptTokens);
        (CompletionTokens, ReasoningTokens) = (tokens.CompletionTokens, tokens.ReasoningTokens);
        CostNanos = charged && !Cached ? Price.CostNanos(tokens) : 0;

        var exchange = Store ? Exchange.Of(this, Prompt, answer, now) : null;
        // In a chat the messages hold the text from now on; a second copy would only be one more to protect and erase.
        (Prompt, Template, Answer, Reasoning) = !Store || Turn is not null ? (null, null, null, null) : (Prompt, Template, answer, Reasoning);

        return new CompletionClosing(this, reservation, charged ? Charge(tokens) : null, exchange);
    }

    private UsageEntry Charge(TokenCount tokens) => new(Id, UserId, Model, Provider, tokens, CostNanos, Price.Version, CreatedAt) { ApiKeyId = ApiKeyId };

    private void Running()
    {
        if (Status != CompletionStatus.Running)
            throw new InvalidOperationException($"The completion is {Status}, not running.");
    }
}
