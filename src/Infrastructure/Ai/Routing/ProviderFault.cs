using CleanLlm.Application.Ai;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>Which providers may still be asked after a failure.</summary>
internal enum Retry
{
    /// <summary>None: the next one would say the same.</summary>
    Nowhere,

    /// <summary>Another provider.</summary>
    Elsewhere,

    /// <summary>Another provider, and after a while this one.</summary>
    Anywhere,
}

/// <summary>What a failure counts against.</summary>
internal enum Blame
{
    /// <summary>Nothing: what was asked does not suit, or was not even sent.</summary>
    Nothing,

    /// <summary>The model that was asked; the provider's others may work.</summary>
    Model,

    /// <summary>The provider: no connection came about, or it refuses our credential whatever the model.</summary>
    Provider,
}

/// <summary>What a failure means for routing.</summary>
/// <param name="Failure">What the caller is told when nothing says more.</param>
/// <param name="Retry">What may be asked next, while nothing has reached the caller.</param>
/// <param name="Blame">Whose breaker it counts for.</param>
internal readonly record struct ProviderFault(ProviderException Failure, Retry Retry, Blame Blame)
{
    /// <summary>The request, or its model, is not for this provider, however often it is asked.</summary>
    public bool IsUnfit => Retry == Retry.Elsewhere && Blame == Blame.Nothing;

    /// <summary>The provider worked as it should: the request was wrong. A model it does not know is a fault of the configuration.</summary>
    public bool IsAnswer => IsOfRequest(Failure.Failure)
        || Failure is { Failure: ProviderFailure.BadAnswer, Status: >= 400 and < 500 and not (404 or 405) };

    /// <summary>Judges a failure.</summary>
    public static ProviderFault Of(ProviderException failure) => (failure.Failure, failure.Status) switch
    {
        // The key or the account, and with it all models. 403 is told of single models too.
        (ProviderFailure.Refused, 401 or 402) => new(failure, Retry.Elsewhere, Blame.Provider),
        (ProviderFailure.Refused, 403) => new(failure, Retry.Elsewhere, Blame.Model),
        // It has not even answered.
        (ProviderFailure.Refused, null) => new(failure, Retry.Anywhere, Blame.Provider),
        (ProviderFailure.Timeout, null) when failure.IsUnconnected => new(failure, Retry.Elsewhere, Blame.Provider),
        // Ours, not the provider's own: asking it again would only make a slow call slower.
        (ProviderFailure.Timeout, null) => new(failure, Retry.Elsewhere, Blame.Model),
        // What does not suit one provider may suit another, and counts against neither.
        (ProviderFailure.Unsupported or ProviderFailure.ModelNotFound, _) => new(failure, Retry.Elsewhere, Blame.Nothing),
        (var kind, _) when IsOfRequest(kind) => new(failure, Retry.Elsewhere, Blame.Nothing),
        (ProviderFailure.BadAnswer, 404 or 405) => new(failure, Retry.Elsewhere, Blame.Nothing),
        (ProviderFailure.BadAnswer, >= 400 and < 500) => new(failure, Retry.Nowhere, Blame.Nothing),
        (ProviderFailure.BadAnswer, _) => new(failure, Retry.Elsewhere, Blame.Model),
        (ProviderFailure.TooLong, _) => new(failure, Retry.Nowhere, Blame.Nothing),
        _ => new(failure, Retry.Anywhere, Blame.Model),
    };

    private static bool IsOfRequest(ProviderFailure failure) => failure
        is ProviderFailure.Rejected
        or ProviderFailure.ContextTooLong
        or ProviderFailure.ContentFiltered
        or ProviderFailure.RequestTooLarge
        or ProviderFailure.InvalidImage
        or ProviderFailure.UnsupportedParameter
        or ProviderFailure.ValueTooLong;
}
