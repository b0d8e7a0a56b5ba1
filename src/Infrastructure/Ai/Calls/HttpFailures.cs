using System.Buffers;
using System.Text.Json;
using CleanLlm.Application.Ai;
using Refit;

namespace CleanLlm.Infrastructure.Ai.Calls;

/// <summary>
/// Names what went wrong. A parser's exception is not kept as the inner one, as it may quote the answer.
/// </summary>
internal static class HttpFailures
{
    // More than any error has; what is longer quotes something.
    private const int MostErrorBytes = 64 * 1024;

    /// <summary>A status other than 2xx, with what its body was recognised as, if it was read.</summary>
    public static ProviderException Of(HttpResponseMessage response, TimeProvider clock, UpstreamError error = default) =>
        new(error.Failure ?? OfStatus((int)response.StatusCode), $"The provider answered {(int)response.StatusCode}.")
        {
            RetryAfter = RetryAfter(response, clock),
            Status = error.Status ?? (int)response.StatusCode,
        };

    /// <summary>Reads the body of a status other than 2xx, as far as that is needed to know what it means, and keeps nothing of it.</summary>
    public static async Task<UpstreamError> ReadAsync(HttpResponseMessage response, CallClock limits)
    {
        // Below 400 there is no error, and of a gateway that is down the body tells nothing.
        if ((int)response.StatusCode is < 400 or 502 or 503 or 504)
            return default;
        var body = ArrayPool<byte>.Shared.Rent(MostErrorBytes);
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(limits.Token);
            var length = await stream.ReadAtLeastAsync(body.AsMemory(0, MostErrorBytes), MostErrorBytes, throwOnEndOfStream: false, limits.Token);
            return UpstreamErrors.Classify(body.AsSpan(0, length), (int)response.StatusCode);
        }
        catch (Exception thrown) when (IsExpected(thrown) && !limits.Caller.IsCancellationRequested)
        {
            // The status has come, and says enough.
            return default;
        }
        catch (Exception thrown) when (IsExpected(thrown))
        {
            throw WithinAnswer(thrown, limits);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(body, clearArray: true);
        }
    }

    /// <summary>What a status other than 2xx means as such.</summary>
    public static ProviderFailure OfStatus(int status) => status switch
    {
        429 => ProviderFailure.RateLimited,
        408 or 504 => ProviderFailure.Timeout,
        400 or 422 => ProviderFailure.Rejected,
        413 => ProviderFailure.RequestTooLarge,
        401 or 402 or 403 or >= 500 => ProviderFailure.Refused,
        _ => ProviderFailure.BadAnswer,
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
        // The handler's own limit for connecting; ours has not passed.
        OperationCanceledException { InnerException: TimeoutException } when !clock.Expired && !clock.Caller.IsCancellationRequested =>
            new ProviderException(ProviderFailure.Timeout, "The provider could not be reached in time.", thrown) { IsUnconnected = true },
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
