using System.Net.Http.Headers;
using System.Text.Json;
using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai.Calls;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Refit;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>The configured OpenAI-compatible servers by name: their Refit clients, on connections that are kept alive.</summary>
internal sealed class OpenAiProviders(IOptions<AiOptions> options, IHttpClientFactory http, TimeProvider clock)
{
    private static readonly TimeSpan ListTimeout = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, (ProviderOptions Options, IOpenAiApi Api)> servers = options.Value.Providers
        .Where(p => p.Kind == ProviderKinds.OpenAi)
        .ToDictionary(p => p.Name, p => (p, RestService.For<IOpenAiApi>(Connect(http, p))), StringComparer.Ordinal);

    /// <summary>A chat client of the server.</summary>
    public IChatClient ClientOf(string provider) => new OpenAiChatClient(servers[provider].Api, servers[provider].Options, clock);

    /// <summary>A generator of embeddings of the server.</summary>
    public IEmbeddingGenerator<string, Embedding<float>> EmbeddingsOf(string provider) =>
        new OpenAiEmbeddingGenerator(servers[provider].Api, servers[provider].Options, clock);

    /// <summary>The ids that the server lists at <c>GET /models</c>.</summary>
    /// <exception cref="ProviderException">It cannot be reached or understood within 10 seconds.</exception>
    public async Task<string[]> ModelIdsAsync(string provider, CancellationToken ct)
    {
        var (server, api) = servers[provider];
        var bounded = server with { TimeoutSeconds = Math.Min(server.TimeoutSeconds, ListTimeout.TotalSeconds) };
        using var limits = new CallClock(bounded, clock, ct);
        using var response = await HttpCalls.OpenAsync(api.ModelsAsync(limits.Token), limits, clock);
        var list = await HttpCalls.ReadWholeAsync(
            response, limits, body => JsonSerializer.DeserializeAsync(body, OpenAiJson.Default.ModelList, limits.Token).AsTask());
        return list?.Data is { } models
            ? [.. models.Select(m => m.Id).OfType<string>().Where(id => id.Length > 0).Distinct(StringComparer.Ordinal)]
            : throw new ProviderException(ProviderFailure.BadAnswer, "The provider's list of models holds no data.");
    }

    private static HttpClient Connect(IHttpClientFactory http, ProviderOptions provider)
    {
        var client = http.CreateClient(provider);
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        return client;
    }
}
