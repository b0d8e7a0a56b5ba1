using CleanLlm.Application.Ai;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>What the last calls of one provider were like: the newest 2,048, at most five minutes old.</summary>
internal sealed class ProviderHealth(TimeProvider clock)
{
    /// <summary>Calls older than this are forgotten.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private const int Kept = 2048;

    private readonly Lock gate = new();
    private readonly Call[] calls = new Call[Kept];
    private long count;

    /// <summary>Whether its calls tend to fail, whatever their model.</summary>
    public FailureTrend Trend { get; } = new(clock);

    /// <summary>Takes in the end of a call.</summary>
    /// <param name="model">The trend of the model that was asked.</param>
    /// <param name="failure">How it failed; null when it did not, or by its caller's mistake.</param>
    /// <param name="firstByte">Until a stream began; null for other calls.</param>
    /// <param name="whole">From beginning to end; null unless it succeeded: how soon a provider refuses says nothing about how soon it answers.</param>
    public void Record(FailureTrend model, ProviderFailure? failure, TimeSpan? firstByte, TimeSpan? whole)
    {
        var now = clock.GetUtcNow();
        lock (gate)
        {
            calls[count++ % Kept] = new Call(now.UtcTicks, failure, firstByte, whole);
            Trend.Record(failure, now);
            model.Record(failure, now);
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
