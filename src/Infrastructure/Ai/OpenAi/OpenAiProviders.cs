using System.Net.Http.Headers;
using CleanLlm.Infrastructure.Ai.Calls;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Refit;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>The configured OpenAI-compatible servers by name: their Refit clients, on connections that are kept alive.</summary>
internal sealed class OpenAiProviders(IOptions<AiOptions> options, IHttpClientFactory http, TimeProvider clock)
{
    private static readonly TimeSpan ListTimeout = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, (ProviderOptions Options, IOpenAiApi Api, ModelDialects Dialects)> servers = options.Value.Providers
        .Where(p => p.Kind == ProviderKinds.OpenAi)
        .ToDictionary(p => p.Name, p => (p, RestService.For<IOpenAiApi>(Connect(http, p)), new ModelDialects(p)), StringComparer.Ordinal);

    /// <summary>A chat client of the server.</summary>
    public IChatClient ClientOf(string provider)
    {
        var (server, api, dialects) = servers[provider];
        return new OpenAiChatClient(new OpenAiChatRequests(api, dialects, clock), server, clock);
    }

    /// <summary>A generator of embeddings of the server.</summary>
    public IEmbeddingGenerator<string, Embedding<float>> EmbeddingsOf(string provider)
    {
        var (server, api, dialects) = servers[provider];
        return new OpenAiEmbeddingGenerator(api, dialects, server, clock);
    }

    /// <summary>What the server lists at <c>GET /models</c>.</summary>
    /// <exception cref="Application.Ai.ProviderException">It cannot be reached or understood within 10 seconds.</exception>
    public async Task<ListedModel[]> ModelsAsync(string provider, CancellationToken ct)
    {
        var (server, api, _) = servers[provider];
        var bounded = server with { TimeoutSeconds = Math.Min(server.TimeoutSeconds, ListTimeout.TotalSeconds) };
        using var limits = new CallClock(bounded, clock, ct);
        using var response = await HttpCalls.OpenAsync(api.ModelsAsync(limits.Token), limits, clock);
        var length = response.Content.Headers.ContentLength;
        return await HttpCalls.ReadWholeAsync(response, limits, async body => ListedModel.ReadAll(await body.ReadToEndAsync(length, limits.Token)));
    }

    private static HttpClient Connect(IHttpClientFactory http, ProviderOptions provider)
    {
        var client = http.CreateClient(provider);
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        return client;
    }
}
