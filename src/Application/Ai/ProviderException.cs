namespace CleanLlm.Application.Ai;

/// <summary>How a call of an AI provider failed.</summary>
public enum ProviderFailure
{
    /// <summary>It could not be reached, answered 5xx, or refused our credential: 503 <c>provider.unavailable</c>.</summary>
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
}
