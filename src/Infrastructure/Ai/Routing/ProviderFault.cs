using System.Net;
using System.Text.Json;
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
/// <param name="Failure">What the caller is told when it is the last.</param>
/// <param name="Retry">Who may be asked next, while nothing has reached the caller.</param>
/// <param name="CountsForBreaker">Whether it speaks against the provider.</param>
internal readonly record struct ProviderFault(ProviderException Failure, Retry Retry, bool CountsForBreaker)
{
    /// <summary>Judges what a call threw.</summary>
    /// <returns>Null for a fault of ours, which nobody may swallow.</returns>
    public static ProviderFault? Of(Exception thrown, bool fromForeignClient) => thrown switch
    {
        ProviderException failure => Judge(failure),
        _ when !fromForeignClient => null,
        ArgumentException or NotSupportedException => null,
        _ => Judge(Named(thrown)),
    };

    private static ProviderFault Judge(ProviderException failure) => (failure.Failure, failure.Status) switch
    {
        (ProviderFailure.Refused, 401 or 402 or 403) => new(failure, Retry.Elsewhere, true),
        // Ours, not the provider's own: asking it again would only make a slow call slower.
        (ProviderFailure.Timeout, null) => new(failure, Retry.Elsewhere, true),
        (ProviderFailure.BadAnswer, 404 or 405) => new(failure, Retry.Elsewhere, false),
        (ProviderFailure.BadAnswer, >= 400 and < 500) => new(failure, Retry.Nowhere, false),
        (ProviderFailure.BadAnswer, _) => new(failure, Retry.Elsewhere, true),
        (ProviderFailure.TooLong, _) => new(failure, Retry.Nowhere, false),
        _ => new(failure, Retry.Anywhere, true),
    };

    /// <summary>Clients that are not ours throw what they like. A text that may quote the prompt is not kept.</summary>
    private static ProviderException Named(Exception thrown) => thrown switch
    {
        HttpRequestException { StatusCode: HttpStatusCode.TooManyRequests } =>
            new(ProviderFailure.RateLimited, "The provider answered 429.") { Status = 429 },
        HttpRequestException { StatusCode: HttpStatusCode.RequestTimeout or HttpStatusCode.GatewayTimeout } answered =>
            new(ProviderFailure.Timeout, "The provider is too slow.") { Status = (int)answered.StatusCode },
        HttpRequestException { StatusCode: { } status } when status is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) && (int)status < 500 =>
            new(ProviderFailure.BadAnswer, $"The provider answered {(int)status}.") { Status = (int)status },
        HttpRequestException failure => new(ProviderFailure.Refused, "The provider could not be reached.") { Status = (int?)failure.StatusCode },
        TimeoutException or OperationCanceledException => new(ProviderFailure.Timeout, "The provider is too slow."),
        System.Net.Sockets.SocketException => new(ProviderFailure.Refused, "The provider could not be reached."),
        IOException => new(ProviderFailure.CutOff, "The provider's answer broke off."),
        JsonException => new(ProviderFailure.BadAnswer, "The provider's answer is not the expected JSON."),
        _ => new(ProviderFailure.BadAnswer, $"The provider's client threw {thrown.GetType().Name}."),
    };
}
