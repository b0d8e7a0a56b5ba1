using System.Net;
using System.Text.Json;
using CleanLlm.Application.Ai;
using Refit;

namespace CleanLlm.Infrastructure.Ai.Calls;

/// <summary>
/// Names what went wrong. A parser's exception is not kept as the inner one, as it may quote the answer.
/// </summary>
internal static class HttpFailures
{
    /// <summary>A status other than 2xx.</summary>
    public static ProviderException Of(HttpResponseMessage response, TimeProvider clock) => (int)response.StatusCode switch
    {
        (int)HttpStatusCode.TooManyRequests => new ProviderException(ProviderFailure.RateLimited, "The provider answered 429.")
        {
            RetryAfter = RetryAfter(response, clock),
            Status = (int)response.StatusCode,
        },
        (int)HttpStatusCode.RequestTimeout or (int)HttpStatusCode.GatewayTimeout => Status(ProviderFailure.Timeout, response, clock),
        400 or 422 => Status(ProviderFailure.Rejected, response, clock),
        401 or 402 or 403 or >= 500 => Status(ProviderFailure.Refused, response, clock),
        _ => Status(ProviderFailure.BadAnswer, response, clock),
    };

    /// <summary>What calls are known to throw; anything else is a bug and stays as it is.</summary>
    public static bool IsExpected(Exception thrown) =>
        thrown is ApiRequestException or HttpRequestException or IOException or JsonException or OperationCanceledException;

    /// <summary>What an expected exception means before the headers came.</summary>
    public static Exception BeforeAnswer(Exception thrown, CallClock clock) => thrown switch
    {
        // Refit's own exception holds the request, so it is not kept.
        ApiRequestException { InnerException: { } sent } => BeforeAnswer(sent, clock),
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded } =>
            new ProviderException(ProviderFailure.BadAnswer, "The provider does not speak HTTP as expected.", thrown),
        HttpRequestException => new ProviderException(ProviderFailure.Refused, "The provider could not be reached.", thrown),
        _ => WithinAnswer(thrown, clock),
    };

    /// <summary>What an expected exception means once the body is being read.</summary>
    public static Exception WithinAnswer(Exception thrown, CallClock clock) => thrown switch
    {
        // A read may end in either way when its token is cancelled, so the clock is asked first.
        _ when clock.Expired => TooSlow(thrown),
        _ when clock.Caller.IsCancellationRequested =>
            new OperationCanceledException(thrown.Message, thrown, clock.Caller),
        OperationCanceledException => TooSlow(thrown),
        JsonException => new ProviderException(ProviderFailure.BadAnswer, "The provider's answer is not the expected JSON."),
        _ => new ProviderException(ProviderFailure.CutOff, "The provider's answer broke off.", thrown),
    };

    private static ProviderException TooSlow(Exception thrown) => new(ProviderFailure.Timeout, "The provider is too slow.", thrown);

    private static ProviderException Status(ProviderFailure failure, HttpResponseMessage response, TimeProvider clock) =>
        new(failure, $"The provider answered {(int)response.StatusCode}.")
        {
            RetryAfter = RetryAfter(response, clock),
            Status = (int)response.StatusCode,
        };

    /// <summary>What <c>Retry-After</c> asks for, never negative.</summary>
    public static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider clock)
    {
        var wait = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - clock.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
