using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;
using Polly;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>
/// The time limit of one attempt between the Refit client and the wire, one for each provider. It ends when the headers are there.
/// Trying again is the router's business, so that it holds for every kind of provider.
/// </summary>
internal static class OpenAiResilience
{
    private static readonly HttpRequestOptionsKey<string> Provider = new(OpenAiProviders.ProviderProperty);

    /// <summary>Adds the pipeline.</summary>
    public static IHttpClientBuilder AddProviderResilience(this IHttpClientBuilder client)
    {
        client.AddResilienceHandler("provider", static (pipeline, context) =>
            {
                var services = context.ServiceProvider;
                var provider = services.GetRequiredService<IOptions<AiOptions>>().Value.Providers.First(p => p.Name == context.InstanceName);
                pipeline.TimeProvider = services.GetRequiredService<TimeProvider>();
                pipeline.AddTimeout(TimeSpan.FromSeconds(provider.FirstByteTimeoutSeconds));
            })
            .SelectPipelineBy(static _ => static request => request.Options.TryGetValue(Provider, out var name) ? name : "");
        return client;
    }
}
