using System.Collections.Frozen;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using CleanLlm.Application.Ai;
using Polly.CircuitBreaker;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>
/// What happens between us and the providers, as metrics. Names are those of OpenTelemetry's conventions for generative AI where there
/// are any: https://github.com/open-telemetry/semantic-conventions-genai.
/// </summary>
internal sealed class RoutingMetrics : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "CleanLlm.Ai";

    private const string ProviderTag = "gen_ai.provider.name";
    private const string ModelTag = "gen_ai.request.model";

    private static readonly FrozenDictionary<ProviderFailure, string> Failures = Enum.GetValues<ProviderFailure>().ToFrozenDictionary(f => f, Name);

    private readonly Meter meter;
    private readonly Histogram<double> duration;
    private readonly Histogram<double> toFirstChunk;
    private readonly Counter<long> retries;
    private readonly Counter<long> failOvers;

    public RoutingMetrics(IMeterFactory meters, ProviderPool pool)
    {
        meter = meters.Create(MeterName);
        duration = meter.CreateHistogram<double>("gen_ai.client.operation.duration", "s", "Duration of one call of a provider; error.type when it failed.");
        toFirstChunk = meter.CreateHistogram<double>("gen_ai.client.operation.time_to_first_chunk", "s", "Until a provider's stream began.");
        retries = meter.CreateCounter<long>("cleanllm.ai.retries", "{call}", "Calls of a provider again, after a failure.");
        failOvers = meter.CreateCounter<long>("cleanllm.ai.fail_overs", "{call}", "Calls of another provider or model, after a failure.");
        meter.CreateObservableGauge(
            "cleanllm.ai.breaker.state", () => pool.All.Select(p => Of(p, State(p.Connections.Circuit.State))), null, "0 closed, 1 half open, 2 open.");
        meter.CreateObservableGauge(
            "cleanllm.ai.model.breaker.state", () => pool.All.SelectMany(ModelBreakers), null, "The same of each model that has been asked.");
        meter.CreateObservableGauge(
            "cleanllm.ai.calls.in_flight", () => pool.All.Select(p => Of(p, p.Bulkhead.InFlight)), "{call}", "Calls of a provider under way.");
        meter.CreateObservableGauge(
            "cleanllm.ai.calls.queued", () => pool.All.Select(p => Of(p, p.Bulkhead.Queued)), "{call}", "Calls that wait for a place.");
    }

    /// <summary>A call of a provider has ended.</summary>
    public void Ended(string operation, RouteCandidate candidate, ProviderFailure? failure, TimeSpan? firstByte, TimeSpan whole)
    {
        if (!duration.Enabled && !toFirstChunk.Enabled)
            return;
        var tags = new TagList
        {
            { "gen_ai.operation.name", operation },
            { ProviderTag, candidate.Provider.Name },
            { ModelTag, candidate.Model.Id },
        };
        if (firstByte is { } began)
            toFirstChunk.Record(began.TotalSeconds, tags);
        if (failure is { } kind)
            tags.Add("error.type", Failures[kind]);
        duration.Record(whole.TotalSeconds, tags);
    }

    /// <summary>A call goes on after a failure.</summary>
    public void Retried(RouteCandidate from, RouteCandidate to) => (from == to ? retries : failOvers).Add(
        1, new(ProviderTag, to.Provider.Name), new(ModelTag, to.Model.Id), new("cleanllm.ai.from_provider", from.Provider.Name));

    public void Dispose() => meter.Dispose();

    private static IEnumerable<Measurement<int>> ModelBreakers(RoutedProvider provider) => provider.Models.All.Select(model => new Measurement<int>(
        State(model.Breaker.State), new(ProviderTag, provider.Name), new KeyValuePair<string, object?>(ModelTag, model.Id)));

    private static Measurement<int> Of(RoutedProvider provider, int value) => new(value, new KeyValuePair<string, object?>(ProviderTag, provider.Name));

    private static int State(CircuitState state) => state switch
    {
        CircuitState.Closed => 0,
        CircuitState.HalfOpen => 1,
        _ => 2,
    };

    /// <summary>The snake case that error types have.</summary>
    private static string Name(ProviderFailure failure) => failure switch
    {
        ProviderFailure.RateLimited => "rate_limited",
        ProviderFailure.Rejected => "rejected",
        ProviderFailure.BadAnswer => "bad_answer",
        ProviderFailure.CutOff => "cut_off",
        ProviderFailure.TooLong => "too_long",
        ProviderFailure.Timeout => "timeout",
        ProviderFailure.Unsupported => "unsupported",
        ProviderFailure.ContextTooLong => "context_too_long",
        ProviderFailure.ContentFiltered => "content_filtered",
        ProviderFailure.ModelNotFound => "model_not_found",
        ProviderFailure.RequestTooLarge => "request_too_large",
        ProviderFailure.InvalidImage => "invalid_image",
        ProviderFailure.UnsupportedParameter => "unsupported_parameter",
        ProviderFailure.ValueTooLong => "value_too_long",
        _ => "refused",
    };
}
