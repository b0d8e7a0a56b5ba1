using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai.Catalog;
using CleanLlm.Infrastructure.Ai.Options;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>Finds the candidates for a call, and leads it from one to the next until one answers.</summary>
internal sealed partial class Router(
    ModelCatalog catalog,
    ProviderPool pool,
    IOptions<AiOptions> options,
    RoutingMetrics metrics,
    Random random,
    TimeProvider clock,
    ILogger<Router> logger)
{
    // A call remembers the candidates it has asked in the bits of one word.
    private const int MostCandidates = 64;

    /// <summary>Measures calls, and how long they may take.</summary>
    public TimeProvider Clock => clock;

    /// <summary>How failed calls are tried again.</summary>
    public RetryOptions Retry => options.Value.Retry;

    /// <summary>Chooses among equals and spreads retries.</summary>
    public Random Random => random;

    /// <summary>Counts what happens.</summary>
    public RoutingMetrics Metrics => metrics;

    /// <summary>Begins a call.</summary>
    /// <param name="operation">What is asked, as telemetry calls it: <c>chat</c> or <c>embeddings</c>.</param>
    /// <param name="call">Holds the candidates.</param>
    /// <param name="serves">Tells which providers can do this at all.</param>
    /// <param name="ct">The caller's.</param>
    /// <exception cref="ArgumentException">No candidate: callers look the model up in the catalogue first.</exception>
    public async ValueTask<CallRoute> BeginAsync(string operation, RoutedCall call, Func<RoutedProvider, bool>? serves, CancellationToken ct)
    {
        var routes = await catalog.RoutesAsync(ct);
        var models = call.Candidates;
        var candidates = new List<RouteCandidate>(models.Count);
        var (group, wanted) = (0, models.Count > 0 ? routes.Of(models[0]) : null);
        for (var i = 0; i < models.Count && candidates.Count < MostCandidates; i++)
        {
            var (model, route) = (models[i], routes.Of(models[i]));
            if (i > 0 && model.Id != models[i - 1].Id && (wanted is null || route?.IsEqualTo(wanted) != true))
                group++;
            var provider = pool[model.Provider];
            if (!(serves?.Invoke(provider) ?? true))
                continue;
            var upstreamId = route?.UpstreamId ?? model.Id;
            candidates.Add(new RouteCandidate(model, upstreamId, provider, provider.Models.Of(upstreamId), group));
        }

        return candidates.Count > 0
            ? new CallRoute([.. candidates], this, operation, ct)
            : throw new ArgumentException("No provider serves the model.", nameof(call));
    }

    /// <summary>Leads a call that has one answer.</summary>
    /// <exception cref="ProviderException">No candidate gave one.</exception>
    public static async Task<T> CallAsync<T>(CallRoute route, Func<RouteCandidate, CancellationToken, Task<T>> ask)
    {
        while (true)
        {
            using var attempt = await route.NextAsync();
            try
            {
                var answer = await ask(attempt.Candidate, attempt.Token);
                attempt.Succeed();
                return answer;
            }
            catch (Exception thrown) when (attempt.Explain(thrown) is { } fault)
            {
                route.GoOnAfter(attempt, fault);
            }
        }
    }

    /// <summary>Leads a call that is answered piece by piece, until its first piece is there. From then on it stays where it is.</summary>
    /// <exception cref="ProviderException">No stream began.</exception>
    public static async ValueTask<RoutedStream<T>> OpenAsync<T>(
        CallRoute route, Func<RouteCandidate, CancellationToken, IAsyncEnumerable<T>> ask, Func<T, int> bytesOf)
    {
        while (true)
        {
            var attempt = await route.NextAsync();
            RoutedStream<T>? stream = null;
            try
            {
                stream = new RoutedStream<T>(ask(attempt.Candidate, attempt.Token).GetAsyncEnumerator(attempt.Token), attempt, bytesOf);
                await stream.BeginAsync();
                return stream;
            }
            catch (Exception thrown)
            {
                await (stream?.DisposeAsync() ?? ValueTask.CompletedTask);
                using (attempt)
                {
                    if (attempt.Explain(thrown) is not { } fault)
                        throw;
                    route.GoOnAfter(attempt, fault);
                }
            }
        }
    }

    /// <summary>Notes that a call goes to another candidate, or to the same one again.</summary>
    public void NoteRetry(RouteCandidate from, RouteCandidate to, ProviderFailure after)
    {
        metrics.Retried(from, to);
        LogRetry(from.Provider.Name, after, to.Provider.Name, to.Model.Id);
    }

    [LoggerMessage(LogLevel.Debug, "Provider {From} failed: {Failure}; asking {To} for {Model}")]
    private partial void LogRetry(string from, ProviderFailure failure, string to, string model);
}
