namespace CleanLlm.Application.Ai;

/// <summary>How a call of an AI provider failed.</summary>
public enum ProviderFailure
{
    /// <summary>It could not be reached, answered 5xx, refused our credential, or our account there has no money: 503 <c>provider.unavailable</c>.</summary>
    Refused,

    /// <summary>Too slow, as a whole, until its first byte or between two: 504 <c>provider.timeout</c>.</summary>
    Timeout,

    /// <summary>It answered 429: 503 <c>provider.rate_limited</c> with <c>Retry-After</c>.</summary>
    RateLimited,

    /// <summary>It answered 400 or 422: messages, parameters or tools do not suit the model: 400 <c>provider.rejected</c>.</summary>
    Rejected,

    /// <summary>Its answer cannot be understood, or is another 4xx: 502 <c>provider.bad_answer</c>.</summary>
    BadAnswer,

    /// <summary>The stream ended before its end mark: 502 <c>provider.cut_off</c>.</summary>
    CutOff,

    /// <summary>More bytes than allowed: 502 <c>provider.too_long</c>.</summary>
    TooLong,

    /// <summary>Its kind cannot carry what was asked, such as an image or tools; it was not called: 422 <c>provider.unsupported</c>.</summary>
    Unsupported,

    /// <summary>Prompt and answer do not fit the model's context window: 422 <c>prompt.too_long</c>.</summary>
    ContextTooLong,

    /// <summary>Its filter refused the prompt: 422 <c>provider.content_filtered</c>.</summary>
    ContentFiltered,

    /// <summary>It does not serve the model, or not to us: 502 <c>provider.model_not_found</c>.</summary>
    ModelNotFound,

    /// <summary>The request has more bytes, or tokens at once, than it takes: 413 <c>provider.request_too_large</c>.</summary>
    RequestTooLarge,

    /// <summary>A picture cannot be read or fetched, or is too large: 400 <c>provider.invalid_image</c>.</summary>
    InvalidImage,

    /// <summary>A parameter, or its value, is not for the model: 400 <c>provider.unsupported_parameter</c>.</summary>
    UnsupportedParameter,

    /// <summary>A text or a list is longer than it takes: 400 <c>provider.value_too_long</c>.</summary>
    ValueTooLong,
}

/// <summary>
/// What an <see cref="Microsoft.Extensions.AI.IChatClient"/> of ours throws when its provider fails.
/// The message names the failure only: never a prompt, an answer or a key.
/// </summary>
public sealed class ProviderException(ProviderFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What went wrong.</summary>
    public ProviderFailure Failure { get; } = failure;

    /// <summary>When the provider said a retry may succeed.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The HTTP status it answered with, or what stands for it in its protocol; null when the failure is none of its answers.</summary>
    public int? Status { get; init; }

    /// <summary>Whether a <see cref="ProviderFailure.Timeout"/> passed before there was a connection.</summary>
    public bool IsUnconnected { get; init; }
}
