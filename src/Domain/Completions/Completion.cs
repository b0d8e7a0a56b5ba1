using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Usage;
using CleanLlm.Domain.Users;

namespace CleanLlm.Domain.Completions;

/// <summary>One metered call of a model. It ends exactly once, and closing it settles its reservation.</summary>
public sealed class Completion
{
    private Completion()
    {
    }

    /// <summary>Identifies the completion and its ledger entry.</summary>
    public CompletionId Id { get; private init; }

    /// <summary>Who asked, and pays.</summary>
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

    /// <summary>Where it is in its life.</summary>
    public CompletionStatus Status { get; private set; }

    /// <summary>The prompt while it runs, and afterwards outside a chat; null when not stored.</summary>
    public string? Prompt { get; private set; }

    /// <summary>The answer outside a chat, or as far as the last checkpoint saw it; null when not stored.</summary>
    public string? Answer { get; private set; }

    /// <summary>The tools that the model wants called.</summary>
    public IReadOnlyList<ToolCall> ToolCalls { get; private set; } = [];

    /// <summary>Whether the answer came from the cache, at no cost.</summary>
    public bool Cached { get; private set; }

    /// <summary>Whether somebody wants it to end; the instance that runs it looks every second.</summary>
    public bool CancelRequested { get; private init; }

    /// <summary>What makes its request repeatable; null unless its caller asked for that. Stored with it, never read back.</summary>
    public IdempotencyKey? IdempotencyKey { get; private set; }

    /// <summary>Tokens of the prompt: estimated until it ends.</summary>
    public int PromptTokens { get; private set; }

    /// <summary>Tokens of the answer so far.</summary>
    public int CompletionTokens { get; private set; }

    /// <summary>Cost in millionths of the configured currency; 0 until it ends.</summary>
    public long CostMicros { get; private set; }

    /// <summary>Why the answer ended; null unless it did.</summary>
    public FinishReason? FinishReason { get; private set; }

    /// <summary>The stable code of what ended it; null unless failed.</summary>
    public string? ErrorCode { get; private set; }

    /// <summary>What the prompt pipeline noticed.</summary>
    public IReadOnlyList<Finding> Findings { get; private init; } = [];

    /// <summary>What it holds of the quota; null once closed.</summary>
    public Reservation? Reservation { get; private set; }

    /// <summary>Until when the instance that runs it has vouched for it; null once closed.</summary>
    public DateTimeOffset? LeaseExpiresAt { get; private set; }

    /// <summary>When it was admitted.</summary>
    public DateTimeOffset CreatedAt { get; private init; }

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
            PromptTokens = start.PromptTokens,
            Findings = start.Findings,
            Store = start.Store,
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

    /// <summary>Renews the lease and notes how far the answer has come, which is what a crash would charge and keep.</summary>
    /// <returns>What is to be stored.</returns>
    public CompletionCheckpoint Checkpoint(string answer, int completionTokens, DateTimeOffset leaseExpiresAt)
    {
        Running();
        (Answer, CompletionTokens, LeaseExpiresAt) = (Store ? answer : null, completionTokens, leaseExpiresAt);
        return new CompletionCheckpoint(Id, Answer, CompletionTokens, leaseExpiresAt) { Model = Model, Provider = Provider, Price = Price };
    }

    /// <summary>Another provider, or a smaller model, answers in the place of the one that was asked.</summary>
    public void AnsweredBy(Model model)
    {
        Running();
        (Model, Provider, Price) = (model.Id, model.Provider, model.Price);
    }

    /// <summary>The answer was given before and costs nothing again.</summary>
    public void AnsweredFromCache()
    {
        Running();
        Cached = true;
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

    /// <summary>Its caller wants no more of it. What was produced is kept and charged, and so is the prompt once a model was asked.</summary>
    /// <returns>What follows from it, to be stored in one transaction.</returns>
    public CompletionClosing Cancel(string answer, TokenCount tokens, bool modelWasAsked, DateTimeOffset now) =>
        Close(CompletionStatus.Cancelled, answer, tokens, charged: modelWasAsked || tokens.CompletionTokens > 0, now);

    /// <summary>The instance that ran it is gone: it fails with what the last checkpoint saw.</summary>
    /// <returns>What follows from it, to be stored in one transaction.</returns>
    public CompletionClosing Interrupt(DateTimeOffset now) =>
        Fail(CompletionErrors.Interrupted, Answer ?? "", new TokenCount(PromptTokens, CompletionTokens, UsageBasis.Partial), now);

    private CompletionClosing Close(CompletionStatus status, string answer, TokenCount tokens, bool charged, DateTimeOffset now)
    {
        Running();
        var reservation = Reservation ?? throw new InvalidOperationException("A completion is closed only after it was admitted.");
        (Status, FinishedAt, LeaseExpiresAt, Reservation) = (status, now, null, null);
        if (Cached)
            tokens = new TokenCount(0, 0, UsageBasis.Cached);
        (PromptTokens, CompletionTokens) = charged ? (tokens.PromptTokens, tokens.CompletionTokens) : (0, 0);
        CostMicros = Price.Cost(PromptTokens, CompletionTokens);

        var exchange = Store ? Exchange.Of(this, Prompt, answer, now) : null;
        // In a chat the messages hold the text from now on; a second copy would only be one more to protect and erase.
        (Prompt, Answer) = !Store || Turn is not null ? (null, null) : (Prompt, answer);

        var entry = charged
            ? new UsageEntry(Id, UserId, Model, Provider, PromptTokens, CompletionTokens, CostMicros, Price.Version, tokens.Basis, CreatedAt)
            {
                ApiKeyId = ApiKeyId,
            }
            : null;
        return new CompletionClosing(this, reservation, entry, exchange);
    }

    private void Running()
    {
        if (Status != CompletionStatus.Running)
            throw new InvalidOperationException($"The completion is {Status}, not running.");
    }
}

/// <summary>What a completion starts from.</summary>
/// <param name="UserId">Who asks.</param>
/// <param name="Turn">Where in a chat; null outside any.</param>
/// <param name="Model">The model to ask.</param>
/// <param name="Prompt">What the user wrote, cleaned.</param>
/// <param name="PromptTokens">Tokens of the whole prepared prompt.</param>
/// <param name="Findings">What the prompt pipeline noticed.</param>
/// <param name="Store">Whether prompt and answer are kept; always true in a chat.</param>
public sealed record CompletionStart(
    UserId UserId, ChatTurn? Turn, Model Model, string Prompt, int PromptTokens, IReadOnlyList<Finding> Findings, bool Store)
{
    /// <summary>The API key it is asked with; null for a signed-in person.</summary>
    public ApiKeyId? ApiKeyId { get; init; }

    /// <summary>What makes the request repeatable; null unless its caller asked for that.</summary>
    public IdempotentRequest? Idempotency { get; init; }
}

/// <summary>Tokens of a completion and where the figures come from.</summary>
public readonly record struct TokenCount(int PromptTokens, int CompletionTokens, UsageBasis Basis);

/// <summary>How far a running completion has come.</summary>
/// <param name="Id">Which completion.</param>
/// <param name="Answer">The answer so far; null when it is not to be stored.</param>
/// <param name="CompletionTokens">Its tokens.</param>
/// <param name="LeaseExpiresAt">Until when its instance vouches for it.</param>
public sealed record CompletionCheckpoint(CompletionId Id, string? Answer, int CompletionTokens, DateTimeOffset LeaseExpiresAt)
{
    /// <summary>The model that answers.</summary>
    public required string Model { get; init; }

    /// <summary>The provider that serves it.</summary>
    public required string Provider { get; init; }

    /// <summary>Its price, which a crash would charge.</summary>
    public required TokenPrice Price { get; init; }
}

/// <summary>A completion that has just ended, with all that must be stored together.</summary>
/// <param name="Completion">In its final state.</param>
/// <param name="Released">The reservation it gives back.</param>
/// <param name="Entry">What is charged; null when nothing is.</param>
/// <param name="Exchange">The messages its chat gains; null when none.</param>
public sealed record CompletionClosing(Completion Completion, Reservation Released, UsageEntry? Entry, Exchange? Exchange);
