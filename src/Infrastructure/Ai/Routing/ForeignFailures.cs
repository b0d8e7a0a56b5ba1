using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using CleanLlm.Application.Ai;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>Names the failures of clients that are not ours, which throw what they like.</summary>
internal static class ForeignFailures
{
    /// <summary>Whether it is the provider's failure, and not that of whoever called it.</summary>
    public static bool IsFailure(Exception thrown, CancellationToken caller) =>
        thrown is not (ArgumentException or NotSupportedException) && !(thrown is OperationCanceledException && caller.IsCancellationRequested);

    /// <summary>What it was; a text that may quote the prompt is not kept.</summary>
    public static ProviderException Of(Exception thrown) => thrown switch
    {
        ProviderException failure => failure,
        HttpRequestException { StatusCode: HttpStatusCode.TooManyRequests } =>
            new(ProviderFailure.RateLimited, "The provider answered 429.") { Status = 429 },
        HttpRequestException { StatusCode: HttpStatusCode.RequestTimeout or HttpStatusCode.GatewayTimeout } answered =>
            new(ProviderFailure.Timeout, "The provider is too slow.") { Status = (int)answered.StatusCode },
        HttpRequestException { StatusCode: HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity } answered =>
            new(ProviderFailure.Rejected, $"The provider answered {(int)answered.StatusCode}.") { Status = (int)answered.StatusCode },
        HttpRequestException { StatusCode: { } status } when status is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) && (int)status < 500 =>
            new(ProviderFailure.BadAnswer, $"The provider answered {(int)status}.") { Status = (int)status },
        HttpRequestException failure => new(ProviderFailure.Refused, "The provider could not be reached.") { Status = (int?)failure.StatusCode },
        TimeoutException or OperationCanceledException => TooSlow(),
        SocketException => new(ProviderFailure.Refused, "The provider could not be reached."),
        IOException => new(ProviderFailure.CutOff, "The provider's answer broke off."),
        JsonException => new(ProviderFailure.BadAnswer, "The provider's answer is not the expected JSON."),
        _ => new(ProviderFailure.BadAnswer, $"The provider's client threw {thrown.GetType().Name}."),
    };

    /// <summary>A limit of ours has passed.</summary>
    public static ProviderException TooSlow() => new(ProviderFailure.Timeout, "The provider is too slow.");
}
