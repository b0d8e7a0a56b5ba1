using System.Runtime.CompilerServices;
using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai;

/// <summary>Calls the router with all providers of the model that the options name, as the catalogue lists them.</summary>
internal sealed class CatalogCaller(IChatRouter router, IModelCatalog catalog) : IChatClient
{
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await router.GetResponseAsync([.. messages], options!, await CallAsync(options!, cancellationToken), cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var call = await CallAsync(options!, cancellationToken);
        await foreach (var update in router.GetStreamingResponseAsync([.. messages], options!, call, cancellationToken))
            yield return update;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }

    private async Task<RoutedCall> CallAsync(ChatOptions options, CancellationToken ct) =>
        new() { Candidates = (await catalog.CandidatesAsync(options.ModelId!, ct)).All };
}
