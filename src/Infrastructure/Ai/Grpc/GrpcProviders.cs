using CleanLlm.Infrastructure.Ai.Calls;
using Grpc.Net.Client;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Ai.Grpc;

/// <summary>The configured gRPC services by name, each on HTTP/2 connections of its own, which are kept alive and renewed.</summary>
internal sealed class GrpcProviders(IOptions<AiOptions> options, TimeProvider clock) : IDisposable
{
    private readonly Dictionary<string, (ProviderOptions Options, GrpcChannel Channel)> services = options.Value.Providers
        .Where(p => p.Kind == ProviderKinds.Grpc)
        .ToDictionary(p => p.Name, p => (p, Connect(p)), StringComparer.Ordinal);

    /// <summary>A chat client of the service.</summary>
    public IChatClient ClientOf(string provider)
    {
        var (service, channel) = services[provider];
        return new GrpcChatClient(new Inference.V1.Inference.InferenceClient(channel), service, clock);
    }

    public void Dispose()
    {
        foreach (var (_, channel) in services.Values)
            channel.Dispose();
    }

    /// <summary>Retries are the router's: without a service config the channel makes none. It logs nothing, as its factory of loggers is the null one.</summary>
    private static GrpcChannel Connect(ProviderOptions provider) => GrpcChannel.ForAddress(provider.BaseUrl!, new GrpcChannelOptions
    {
        MaxReceiveMessageSize = AnswerStream.MaxPartBytes,
        MaxSendMessageSize = null,
        DisposeHttpClient = true,
        HttpHandler = new SocketsHttpHandler
        {
            ConnectTimeout = AiRegistration.ConnectTimeout,
            EnableMultipleHttp2Connections = true,
            // A dead peer is noticed while a call waits for it.
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
        },
    });
}
