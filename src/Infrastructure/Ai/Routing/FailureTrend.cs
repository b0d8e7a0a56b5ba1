using CleanLlm.Application.Ai;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>
/// A moving average of failures over about 32 calls, and the last failure. Its owner serialises the writes; readers may see a value
/// that is one call old.
/// </summary>
internal sealed class FailureTrend(TimeProvider clock)
{
    // Two thresholds, so that the state does not oscillate.
    private const double Weight = 1.0 / 32;
    private const double DegradedAbove = 0.1;
    private const double HealthyBelow = 0.05;

    private double failing;

    /// <summary>It fails sometimes.</summary>
    public bool IsDegraded { get; private set; }

    /// <summary>Since when it has been so, or not so.</summary>
    public DateTimeOffset Since { get; private set; } = clock.GetUtcNow();

    /// <summary>How the last call failed that did; null when none has.</summary>
    public ProviderFailure? LastFailure { get; private set; }

    /// <summary>When that was.</summary>
    public DateTimeOffset? LastFailureAt { get; private set; }

    /// <summary>Takes in the end of a call.</summary>
    public void Record(ProviderFailure? failure, DateTimeOffset now)
    {
        failing += Weight * ((failure is null ? 0 : 1) - failing);
        if (failure is not null)
            (LastFailure, LastFailureAt) = (failure, now);
        if (failing > DegradedAbove != IsDegraded && failing is > DegradedAbove or < HealthyBelow)
            (IsDegraded, Since) = (!IsDegraded, now);
    }
}
