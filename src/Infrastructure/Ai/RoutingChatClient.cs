using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai;

/// <summary>
/// The one chat client that use cases see: hands a call to the provider that serves <see cref="ChatOptions.ModelId"/>.
/// A model that no provider serves is an <see cref="ArgumentException"/>: callers look it up in the catalogue first.
/// </summary>
internal sealed class RoutingChatClient(ModelCatalog catalog, ProviderClients clients) : IChatClient
{
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var (client, routed) = await RouteAsync(options, cancellationToken);
        return await client.GetResponseAsync(messages, routed, cancellationToken);
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var (client, routed) = await RouteAsync(options, cancellationToken);
        await foreach (var update in client.GetStreamingResponseAsync(messages, routed, cancellationToken))
            yield return update;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    private async ValueTask<(IChatClient Client, ChatOptions Options)> RouteAsync(ChatOptions? options, CancellationToken ct)
    {
        var id = options?.ModelId ?? throw new ArgumentException("A model is needed to choose a provider.", nameof(options));
        var route = (await catalog.RoutesAsync(ct)).Find(id)
            ?? throw new ArgumentException("No provider serves the model.", nameof(options));
        if (RoutedCall.Of(options) is { } call)
            call.Served = route.Model;
        return (clients.Of(route.Model.Provider), Named(options, route.UpstreamId));
    }

    private static ChatOptions Named(ChatOptions options, string upstreamId)
    {
        var renamed = options.Clone();
        renamed.ModelId = upstreamId;
        renamed.AdditionalProperties?.Remove(RoutedCall.Key);
        return renamed;
    }
}
