using System.Net.Sockets;
using System.Text.Json;
using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai.Calls;

namespace CleanLlm.Infrastructure.Ai.Custom;

/// <summary>Names the failures of clients that are not ours, which may throw anything.</summary>
internal static class ThirdPartyClientFailures
{
    /// <summary>Whether it is the provider's failure, and not its caller's.</summary>
    public static bool IsFailure(Exception thrown, CancellationToken caller) =>
        thrown is not (ArgumentException or NotSupportedException) && !(thrown is OperationCanceledException && caller.IsCancellationRequested);

    /// <summary>What it was; a text that may quote the prompt is not kept.</summary>
    public static ProviderException Of(Exception thrown) => thrown switch
    {
        ProviderException failure => failure,
        HttpRequestException { StatusCode: { } status } => new(HttpFailures.OfStatus((int)status), $"The provider answered {(int)status}.") { Status = (int)status },
        HttpRequestException => new(ProviderFailure.Refused, "The provider could not be reached."),
        TimeoutException or OperationCanceledException => TooSlow(),
        SocketException => new(ProviderFailure.Refused, "The provider could not be reached."),
        IOException => new(ProviderFailure.CutOff, "The provider's answer broke off."),
        JsonException => new(ProviderFailure.BadAnswer, "The provider's answer is not the expected JSON."),
        _ => new(ProviderFailure.BadAnswer, $"The provider's client threw {thrown.GetType().Name}."),
    };

    /// <summary>A limit of ours has passed.</summary>
    public static ProviderException TooSlow() => new(ProviderFailure.Timeout, "The provider is too slow.");
}
