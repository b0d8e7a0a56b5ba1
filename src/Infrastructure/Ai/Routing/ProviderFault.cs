using CleanLlm.Application.Ai;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>Who may still be asked after a failure.</summary>
internal enum Retry
{
    /// <summary>Nobody: the next one would say the same.</summary>
    Nowhere,

    /// <summary>Another provider.</summary>
    Elsewhere,

    /// <summary>Another provider, and after a while this one.</summary>
    Anywhere,
}

/// <summary>What a failure means for routing.</summary>
/// <param name="Failure">What the caller is told when nothing says more.</param>
/// <param name="Retry">Who may be asked next, while nothing has reached the caller.</param>
/// <param name="CountsForBreaker">Whether it speaks against the provider.</param>
internal readonly record struct ProviderFault(ProviderException Failure, Retry Retry, bool CountsForBreaker)
{
    /// <summary>The request, or its model, is not for this provider, however often it is asked.</summary>
    public bool IsUnfit => Retry == Retry.Elsewhere && !CountsForBreaker;

    /// <summary>The provider did what it should: the request was wrong. A model it does not know is a fault of the configuration.</summary>
    public bool IsAnswer =>
        Failure is { Failure: ProviderFailure.Rejected } or { Failure: ProviderFailure.BadAnswer, Status: >= 400 and < 500 and not (404 or 405) };

    /// <summary>Judges a failure.</summary>
    public static ProviderFault Of(ProviderException failure) => (failure.Failure, failure.Status) switch
    {
        (ProviderFailure.Refused, 401 or 402 or 403) => new(failure, Retry.Elsewhere, true),
        // Ours, not the provider's own: asking it again would only make a slow call slower.
        (ProviderFailure.Timeout, null) => new(failure, Retry.Elsewhere, true),
        // What does not suit one provider may suit another, and speaks against neither.
        (ProviderFailure.Rejected, _) => new(failure, Retry.Elsewhere, false),
        (ProviderFailure.BadAnswer, 404 or 405) => new(failure, Retry.Elsewhere, false),
        (ProviderFailure.BadAnswer, >= 400 and < 500) => new(failure, Retry.Nowhere, false),
        (ProviderFailure.BadAnswer, _) => new(failure, Retry.Elsewhere, true),
        (ProviderFailure.Unsupported, _) => new(failure, Retry.Elsewhere, false),
        (ProviderFailure.TooLong, _) => new(failure, Retry.Nowhere, false),
        _ => new(failure, Retry.Anywhere, true),
    };
}
