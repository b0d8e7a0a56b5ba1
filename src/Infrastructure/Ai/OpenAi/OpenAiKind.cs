using System.Collections.Concurrent;
using System.Net.Http.Headers;
using CleanLlm.Infrastructure.Ai.Calls;
using CleanLlm.Infrastructure.Ai.Kinds;
using CleanLlm.Infrastructure.Ai.Options;
using Microsoft.Extensions.AI;
using Refit;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>Any OpenAI-compatible server, on connections that are kept alive.</summary>
internal sealed class OpenAiKind(IHttpClientFactory http, TimeProvider clock) : IProviderKind, IModelListing
{
    private static readonly TimeSpan ListTimeout = TimeSpan.FromSeconds(10);

    // Chat, embeddings and the list of one server share what is known of it.
    private readonly ConcurrentDictionary<string, Server> servers = new(StringComparer.Ordinal);

    public string Name => ProviderOptions.DefaultKind;

    public IModelListing Listing => this;

    public IEnumerable<string> Faults(ProviderOptions provider, string at) => HttpAddress.Fault(provider, at) is { } fault ? [fault] : [];

    public IChatClient ChatClientOf(ProviderOptions provider)
    {
        var (api, dialects) = ServerOf(provider);
        return new OpenAiChatClient(new OpenAiChatRequests(api, dialects, clock), provider, clock);
    }

    public IEmbeddingGenerator<string, Embedding<float>> EmbeddingsOf(ProviderOptions provider)
    {
        var (api, dialects) = ServerOf(provider);
        return new OpenAiEmbeddingGenerator(api, dialects, provider, clock);
    }

    /// <summary>What the server lists at <c>GET /models</c>.</summary>
    /// <exception cref="Application.Ai.ProviderException">It cannot be reached or understood within 10 seconds.</exception>
    public async Task<ListedModel[]> ModelsAsync(ProviderOptions provider, CancellationToken ct)
    {
        var api = ServerOf(provider).Api;
        var bounded = provider with { TimeoutSeconds = Math.Min(provider.TimeoutSeconds, ListTimeout.TotalSeconds) };
        using var limits = new CallClock(bounded, clock, ct);
        using var response = await HttpCalls.OpenAsync(api.ModelsAsync(limits.Token), limits, clock);
        var length = response.Content.Headers.ContentLength;
        return await HttpCalls.ReadWholeAsync(response, limits, async body => ModelList.Read(await body.ReadToEndAsync(length, limits.Token)));
    }

    private Server ServerOf(ProviderOptions provider) => servers.GetOrAdd(
        provider.Name,
        static (_, its) => new Server(RestService.For<IOpenAiApi>(Connect(its.Http, its.Provider)), new ModelDialects(its.Provider)),
        (Http: http, Provider: provider));

    private static HttpClient Connect(IHttpClientFactory http, ProviderOptions provider)
    {
        var client = http.CreateClient(provider);
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        return client;
    }

    private sealed record Server(IOpenAiApi Api, ModelDialects Dialects);
}
