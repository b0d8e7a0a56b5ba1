using System.Globalization;
using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai.Calls;
using Google.Protobuf;
using Grpc.Core;

namespace CleanLlm.Infrastructure.Ai.Grpc;

/// <summary>Names what went wrong, with the HTTP status that means the same. A status' detail may quote the prompt, so neither it nor its exception is kept.</summary>
internal static class GrpcFailures
{
    /// <summary>What calls are known to throw; anything else is a bug and stays as it is.</summary>
    public static bool IsExpected(Exception thrown) => thrown is RpcException or OperationCanceledException or IOException or HttpRequestException;

    /// <param name="thrown">An expected exception.</param>
    /// <param name="limits">The clock of the call.</param>
    /// <param name="begun">A part of the answer had come.</param>
    public static Exception Of(Exception thrown, CallClock limits, bool begun)
    {
        if (limits.Expired)
            return TooSlow();
        if (limits.Caller.IsCancellationRequested)
            return new OperationCanceledException(limits.Caller);
        return thrown is RpcException failure ? Of(failure, begun) : Ended(begun);
    }

    private static ProviderException Of(RpcException failure, bool begun) => failure.StatusCode switch
    {
        // The library gives a message it cannot read one of several statuses.
        _ when failure.Status.DebugException is InvalidProtocolBufferException =>
            new ProviderException(ProviderFailure.BadAnswer, "The provider's answer is not the expected message."),
        StatusCode.DeadlineExceeded => TooSlow(),
        StatusCode.ResourceExhausted when IsOurLimit(failure.Status) =>
            new ProviderException(ProviderFailure.TooLong, "A message of the provider's answer is larger than 8 MiB."),
        _ when begun => Ended(begun),
        _ when Recognised(failure.Status) is { } known => known,
        StatusCode.ResourceExhausted => new ProviderException(ProviderFailure.RateLimited, "The provider answered RESOURCE_EXHAUSTED.")
        {
            RetryAfter = RetryAfter(failure.Trailers),
            Status = 429,
        },
        StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.OutOfRange =>
            Answered(ProviderFailure.Rejected, failure.StatusCode, 400),
        StatusCode.AlreadyExists => Answered(ProviderFailure.BadAnswer, failure.StatusCode, 409),
        // A method that is not there is UNIMPLEMENTED, so this is the model.
        StatusCode.NotFound => Answered(ProviderFailure.ModelNotFound, failure.StatusCode, 404),
        StatusCode.Unimplemented => Answered(ProviderFailure.BadAnswer, failure.StatusCode, 404),
        StatusCode.Unauthenticated => Answered(ProviderFailure.Refused, failure.StatusCode, 401),
        StatusCode.PermissionDenied => Answered(ProviderFailure.Refused, failure.StatusCode, 403),
        // The library makes these of a connection that fails, and keeps why.
        _ when failure.Status.DebugException is not null => Answered(ProviderFailure.Refused, failure.StatusCode, null),
        StatusCode.Unavailable => Answered(ProviderFailure.Refused, failure.StatusCode, 503),
        _ => Answered(ProviderFailure.Refused, failure.StatusCode, 500),
    };

    /// <summary>What the detail says of the request; it is looked at and not kept.</summary>
    private static ProviderException? Recognised(Status status) => status switch
    {
        { StatusCode: StatusCode.ResourceExhausted } when status.Detail.Contains("received message larger than max", StringComparison.OrdinalIgnoreCase) =>
            Answered(ProviderFailure.RequestTooLarge, status.StatusCode, 413),
        { StatusCode: StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.OutOfRange }
            when UpstreamErrors.Classify(status.Detail, 400).Failure is { } failure and not ProviderFailure.Refused =>
            Answered(failure, status.StatusCode, 400),
        _ => null,
    };

    /// <summary>The library says so itself in this status; a service's own has another text.</summary>
    private static bool IsOurLimit(Status status) => status.Detail.StartsWith("Received message exceeds", StringComparison.Ordinal);

    /// <summary>Whole seconds in the trailer <c>retry-after</c>, as in HTTP; never negative.</summary>
    private static TimeSpan? RetryAfter(Metadata trailers) =>
        int.TryParse(trailers.GetValue("retry-after"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : null;

    private static ProviderException TooSlow() => new(ProviderFailure.Timeout, "The provider is too slow.");

    private static ProviderException Answered(ProviderFailure failure, StatusCode status, int? http) =>
        new(failure, $"The provider's status is {status}.") { Status = http };

    private static ProviderException Ended(bool begun) => begun
        ? new ProviderException(ProviderFailure.CutOff, "The provider's answer broke off.")
        : new ProviderException(ProviderFailure.Refused, "The provider could not be reached.");
}
