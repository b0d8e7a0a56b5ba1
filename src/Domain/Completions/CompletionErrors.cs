using CleanLlm.Domain.Results;

namespace CleanLlm.Domain.Completions;

/// <summary>The expected failures of completions.</summary>
public static class CompletionErrors
{
    /// <summary>The completion is absent or another user's.</summary>
    public static readonly Error NotFound = new(ErrorKind.NotFound, "completion.not_found", "There is no such completion.");

    /// <summary>The instance that ran it stopped before it was done.</summary>
    public static readonly Error Interrupted =
        new(ErrorKind.Unavailable, "completion.interrupted", "The server stopped while this answer was being written; what had been written is kept.");

    /// <summary>The process leaves and takes no more requests for a model; another instance does.</summary>
    public static readonly Error Stopping =
        new(ErrorKind.Unavailable, "server.stopping", "This server is being stopped; send the request again.") { RetryAfter = TimeSpan.FromSeconds(1) };

    /// <summary>More requests come than can be admitted.</summary>
    public static readonly Error Overloaded =
        new(ErrorKind.Unavailable, "server.overloaded", "The server has more to do than it can; nothing of the request was done.") { RetryAfter = TimeSpan.FromSeconds(1) };

    /// <summary>The answer was given but the database did not take it.</summary>
    public static readonly Error NotStored =
        new(ErrorKind.Unavailable, "dependency.unavailable", "The answer could not be stored.") { RetryAfter = TimeSpan.FromSeconds(5) };

    /// <summary>It ended well, but its text was not to be stored and is lost.</summary>
    public static readonly Error NotKept =
        new(ErrorKind.NotFound, "completion.not_kept", "This answer was not to be stored, so it cannot be repeated any more.");

    /// <summary>Its caller ended it. It has a state of its own, so this is never shown.</summary>
    public static readonly Error Cancelled = new(ErrorKind.Conflict, "completion.cancelled", "The completion was cancelled; what had been written is kept.");

    /// <summary>Something failed that should not.</summary>
    public static readonly Error Fault = new(ErrorKind.Unexpected, "server.error", "The answer ended by a fault of the server.");

    /// <summary>The answer outgrew the configured size.</summary>
    public static readonly Error TooLong =
        new(ErrorKind.BadGateway, "completion.too_long", "The AI service sent more than the allowed size; what had been written is kept.");

    /// <summary>A step that looks at answers has stopped it.</summary>
    public static readonly Error Blocked =
        new(ErrorKind.Forbidden, "completion.blocked", "The answer was stopped by a rule of this service; what had been shown is kept.");

    /// <summary>The run outlasted the configured time.</summary>
    public static readonly Error TimedOut =
        new(ErrorKind.Timeout, "completion.timeout", "The answer took longer than the allowed time; what had been written is kept.");

    /// <summary>A request with this <c>Idempotency-Key</c> has made a completion already, which is to be shown instead.</summary>
    public static readonly Error AlreadyAsked =
        new(ErrorKind.Conflict, "idempotency.in_progress", "A request with this Idempotency-Key is being answered.");

    /// <summary>The same <c>Idempotency-Key</c> came with another request.</summary>
    public static readonly Error KeyReused =
        new(ErrorKind.Invalid, "idempotency.key_reused", "This Idempotency-Key was used for another request within 24 hours.");

    /// <summary>Too many large prompts wait to be counted.</summary>
    public static readonly Error PromptsBusy =
        new(ErrorKind.Unavailable, "prompt.busy", "Too many large prompts are being read at this moment. Try again.") { RetryAfter = TimeSpan.FromSeconds(2) };

    /// <summary>The prompt alone fills the model's context window.</summary>
    /// <param name="field">The request's field that holds it.</param>
    /// <param name="promptTokens">How many tokens it has at least: counting ends where the window does.</param>
    /// <param name="contextWindow">The model's, in tokens.</param>
    public static Error PromptTooLong(string field, int promptTokens, int contextWindow) =>
        Error.Invalid(field, $"The prompt has at least {promptTokens} tokens; the model's context window of {contextWindow} leaves no room for an answer.") with
        {
            Code = "prompt.too_long",
        };

    /// <summary>A step of the prompt pipeline does not let the prompt pass.</summary>
    /// <param name="field">The request's field that holds it.</param>
    /// <param name="step">The step.</param>
    /// <param name="codes">What it noticed; never text of the prompt.</param>
    public static Error PromptRefused(string field, string step, IEnumerable<string> codes) =>
        Error.Invalid(field, $"The prompt was refused by a rule of this service: {step} ({string.Join(", ", codes)}).") with { Code = "prompt.refused" };

    /// <summary>No such model is configured.</summary>
    public static Error UnknownModel(string model) =>
        Error.Invalid("model", $"There is no model '{model}'; GET /api/v1/models lists them.") with { Code = "model.unknown" };

    /// <summary>The model answers, but makes no vectors.</summary>
    public static Error NoEmbeddings(string model) =>
        Error.Invalid("model", $"The model '{model}' makes no embeddings.") with { Code = "model.no_embeddings" };

    /// <summary>The model makes vectors, but does not answer.</summary>
    public static Error NoChat(string model) =>
        Error.Invalid("model", $"The model '{model}' makes embeddings only.") with { Code = "model.embeddings_only" };
}
