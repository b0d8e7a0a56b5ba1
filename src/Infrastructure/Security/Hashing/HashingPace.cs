using System.Security.Cryptography;

namespace CleanLlm.Infrastructure.Security.Hashing;

/// <summary>How long the last wrong passwords took to be refused: a refusal without hashing is answered after such a time.</summary>
internal sealed class HashingPace(TimeProvider clock)
{
    // Few, so that it follows the load of the machine.
    private const int Kept = 32;

    private readonly Lock gate = new();
    private readonly TimeSpan[] times = new TimeSpan[Kept];
    private long noted;

    /// <summary>Whether any time is known.</summary>
    public bool IsKnown => Volatile.Read(ref noted) > 0;

    /// <summary>Does the work and notes the time it took to find a password wrong. The times of right ones are not used.</summary>
    public T Time<T>(Func<T> work, Predicate<T> isWrong)
    {
        var start = clock.GetTimestamp();
        var done = work();
        var time = clock.GetElapsedTime(start);
        if (!isWrong(done))
            return done;
        lock (gate)
            times[noted++ % Kept] = time;
        return done;
    }

    /// <summary>Waits as long as one of the last took, chosen at random: the same median and the same scatter.</summary>
    public Task WaitAsync(CancellationToken ct)
    {
        TimeSpan time;
        lock (gate)
            time = times[RandomNumberGenerator.GetInt32((int)Math.Clamp(noted, 1, Kept))];
        return Task.Delay(time, clock, ct);
    }
}
