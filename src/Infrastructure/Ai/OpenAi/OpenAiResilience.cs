using System.Net;
using CleanLlm.Infrastructure.Ai.Calls;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;
using Polly;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>
/// The resilience pipeline between the Refit client and the wire, one for each provider. It ends when the headers are there, so
/// nothing is retried once a byte of an answer was read. The time of the whole call bounds it from outside.
/// </summary>
internal static class OpenAiResilience
{
    /// <summary>A longer <c>Retry-After</c> is the caller's to wait for.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private static readonly HttpRequestOptionsKey<string> Provider = new(OpenAiProviders.ProviderProperty);

    /// <summary>Adds the pipeline.</summary>
    public static IHttpClientBuilder AddProviderResilience(this IHttpClientBuilder client)
    {
        client.AddResilienceHandler("provider", static (pipeline, context) =>
            {
                var services = context.ServiceProvider;
                var provider = services.GetRequiredService<IOptions<AiOptions>>().Value.Providers.First(p => p.Name == context.InstanceName);
                pipeline.TimeProvider = services.GetRequiredService<TimeProvider>();
                pipeline
                    .AddRetry(Retry(pipeline.TimeProvider))
                    .AddTimeout(TimeSpan.FromSeconds(provider.FirstByteTimeoutSeconds));
            })
            .SelectPipelineBy(static _ => static request => request.Options.TryGetValue(Provider, out var name) ? name : "");
        return client;
    }

    private static HttpRetryStrategyOptions Retry(TimeProvider clock) => new()
    {
        MaxRetryAttempts = 2,
        Delay = TimeSpan.FromMilliseconds(200),
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        ShouldRetryAfterHeader = true,
        ShouldHandle = args => ValueTask.FromResult(IsPassing(args.Outcome, clock)),
    };

    private static bool IsPassing(Outcome<HttpResponseMessage> outcome, TimeProvider clock) => outcome switch
    {
        { Exception: HttpRequestException failure } => failure.HttpRequestError is not (
            HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded or HttpRequestError.SecureConnectionError),
        { Result: { } response } => IsPassing(response, clock),
        _ => false,
    };

    private static bool IsPassing(HttpResponseMessage response, TimeProvider clock) =>
        response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError
        && (HttpFailures.RetryAfter(response, clock) ?? TimeSpan.Zero) <= LongestWait;
}
