using CleanLlm.Application.Ai;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>What the last calls of one provider were like: the newest 2,048, at most five minutes old.</summary>
internal sealed class ProviderHealth(TimeProvider clock)
{
    /// <summary>Calls older than this are forgotten.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private const int Kept = 2048;

    // A moving average of failures over about 32 calls; two marks, so that the state does not flutter.
    private const double Weight = 1.0 / 32;
    private const double DegradedAbove = 0.1;
    private const double HealthyBelow = 0.05;

    private readonly Lock gate = new();
    private readonly Call[] calls = new Call[Kept];
    private long count;
    private double failing;

    /// <summary>It fails now and then.</summary>
    public bool IsDegraded { get; private set; }

    /// <summary>Since when it has been so, or not so.</summary>
    public DateTimeOffset Since { get; private set; } = clock.GetUtcNow();

    /// <summary>How the last call failed that did; null when none has.</summary>
    public ProviderFailure? LastFailure { get; private set; }

    /// <summary>When that was.</summary>
    public DateTimeOffset? LastFailureAt { get; private set; }

    /// <summary>Takes in the end of a call.</summary>
    /// <param name="failure">How it failed; null when it did not, or by its caller's mistake.</param>
    /// <param name="firstByte">Until a stream began; null for other calls.</param>
    /// <param name="whole">From beginning to end; null unless it succeeded: how soon a provider refuses says nothing about how soon it answers.</param>
    public void Record(ProviderFailure? failure, TimeSpan? firstByte, TimeSpan? whole)
    {
        var now = clock.GetUtcNow();
        lock (gate)
        {
            calls[count++ % Kept] = new Call(now.UtcTicks, failure, firstByte, whole);
            failing += Weight * ((failure is null ? 0 : 1) - failing);
            if (failure is not null)
                (LastFailure, LastFailureAt) = (failure, now);
            if (failing > DegradedAbove != IsDegraded && failing is > DegradedAbove or < HealthyBelow)
                (IsDegraded, Since) = (!IsDegraded, now);
        }
    }

    /// <summary>The calls in the window.</summary>
    public ProviderWindowDto Read()
    {
        var oldest = (clock.GetUtcNow() - Window).UtcTicks;
        Call[] recent;
        lock (gate)
            recent = [.. calls.Take((int)Math.Min(count, Kept)).Where(call => call.EndedAt >= oldest)];

        var failures = recent.Where(call => call.Failure is not null).GroupBy(call => call.Failure!.Value).ToDictionary(g => g.Key, g => g.Count());
        var successes = recent.Where(call => call.Failure is null).ToList();
        return new ProviderWindowDto(
            (int)Window.TotalSeconds,
            recent.Length,
            failures.Values.Sum(),
            failures,
            ProviderLatencyDto.Of(successes.Where(call => call.FirstByte is not null).Select(call => call.FirstByte!.Value)),
            ProviderLatencyDto.Of(successes.Where(call => call.Whole is not null).Select(call => call.Whole!.Value)));
    }

    private readonly record struct Call(long EndedAt, ProviderFailure? Failure, TimeSpan? FirstByte, TimeSpan? Whole);
}
