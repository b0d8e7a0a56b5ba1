using CleanLlm.Infrastructure.Ai.Calls;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Refit;

namespace CleanLlm.Infrastructure.Ai.Predict;

/// <summary>The configured prediction services by name, on the connections that all HTTP providers share.</summary>
internal sealed class PredictProviders(IOptions<AiOptions> options, IHttpClientFactory http, TimeProvider clock)
{
    private static readonly RefitSettings Settings = new(new SystemTextJsonContentSerializer(PredictJson.Default.Options));

    private readonly Dictionary<string, ProviderOptions> services = options.Value.Providers
        .Where(p => p.Kind == ProviderKinds.Predict)
        .ToDictionary(p => p.Name, StringComparer.Ordinal);

    /// <summary>A chat client of the service.</summary>
    public IChatClient ClientOf(string provider) =>
        new PredictChatClient(RestService.For<IPredictApi>(http.CreateClient(services[provider]), Settings), services[provider], clock);
}
