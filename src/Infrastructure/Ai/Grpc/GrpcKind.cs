using System.Collections.Concurrent;
using CleanLlm.Infrastructure.Ai.Calls;
using CleanLlm.Infrastructure.Ai.Kinds;
using CleanLlm.Infrastructure.Ai.Options;
using Grpc.Net.Client;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.Grpc;

/// <summary>
/// A service of docs/ai-contract/inference.proto. Each provider has HTTP/2 connections of its own, which are kept alive and renewed.
/// </summary>
internal sealed class GrpcKind(TimeProvider clock) : IProviderKind, IDisposable
{
    private readonly ConcurrentBag<GrpcChannel> channels = [];

    public string Name => "Grpc";

    public void FillIn(ProviderOptions provider) => provider.ServeDefaultModel();

    public IEnumerable<string> Faults(ProviderOptions provider, string at)
    {
        if (HttpAddress.Fault(provider, at) is { } fault)
            yield return fault;
        else if (new Uri(provider.BaseUrl!).AbsolutePath != "/")
            yield return $"{at}:BaseUrl: kind {Name} takes an address without a path, such as http://host:5000.";
    }

    public IChatClient ChatClientOf(ProviderOptions provider)
    {
        var channel = Connect(provider);
        channels.Add(channel);
        return new GrpcChatClient(new Inference.V1.Inference.InferenceClient(channel), provider, clock);
    }

    public void Dispose()
    {
        foreach (var channel in channels)
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
            ConnectTimeout = HttpConnections.ConnectTimeout,
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
