namespace CleanLlm.Application.Completions.Admitting;

/// <summary>How long it takes from one turn at the <see cref="AdmissionGate"/> to the next while some wait; touched under the gate's lock only.</summary>
internal sealed class AdmissionPace(TimeProvider clock)
{
    // The last turns weigh most.
    private const int Weight = 8;

    // A pace tells of the database as it was. After so long it tells nothing.
    private static readonly TimeSpan Age = TimeSpan.FromMinutes(1);

    private long turnedAt;
    private TimeSpan average;

    /// <summary>The pace of late; null when no turn was seen of late.</summary>
    public TimeSpan? Current => average > TimeSpan.Zero && clock.GetElapsedTime(turnedAt) < Age ? average : null;

    /// <summary>A turn comes.</summary>
    /// <param name="waitingSince">Since when some have waited without a break, as a timestamp of the clock.</param>
    public void NoteTurn(long waitingSince)
    {
        var now = clock.GetTimestamp();
        var taken = clock.GetElapsedTime(Math.Max(turnedAt, waitingSince), now);
        average = Current is { } before ? before + ((taken - before) / Weight) : taken;
        turnedAt = now;
    }
}
