using System.Threading.Tasks.Sources;

namespace CleanLlm.Application.Logs;

/// <summary>
/// Wakes one reader, who waits any number of times, one after the other: when it is raised, after a silence, or once the reader's token is
/// cancelled. It is the source of its own tasks, and one timer and one registration last for its life, so a wait allocates nothing.
/// It is reset before the look that finds nothing to read; what is raised after that ends the wait at once.
/// </summary>
internal sealed class LogSignal : IValueTaskSource, IDisposable
{
    private const int Idle = 0;
    private const int Waiting = 1;
    private const int Raised = 2;

    private readonly CancellationToken ct;
    private readonly CancellationTokenRegistration leaving;
    private readonly ITimer? timer;

    private ManualResetValueTaskSourceCore<bool> source;
    private int state;

    /// <param name="patience">How long a silence is: counted on from now, whatever comes meanwhile. Infinite for one that ends no wait.</param>
    /// <param name="clock">Measures it.</param>
    /// <param name="ct">Ends every wait.</param>
    public LogSignal(TimeSpan patience, TimeProvider clock, CancellationToken ct)
        : this(ct) =>
        timer = clock.CreateTimer(static signal => ((LogSignal)signal!).Raise(), this, patience, patience);

    /// <summary>One without silences.</summary>
    public LogSignal(CancellationToken ct)
    {
        this.ct = ct;
        leaving = ct.UnsafeRegister(static signal => ((LogSignal)signal!).Raise(), this);
    }

    /// <summary>How many entries its reader has been given; touched under the lock of the log only.</summary>
    public int Given { get; set; }

    /// <summary>There is something to see; the next wait, if there is none now, does not begin. A reader that waits continues on the thread pool.</summary>
    public void Raise()
    {
        if (TryRaise())
            EndWait(inline: false);
    }

    /// <summary>The first half of <see cref="Raise"/>.</summary>
    /// <returns>Whether a reader waits: the caller then ends its wait.</returns>
    public bool TryRaise() => Interlocked.Exchange(ref state, Raised) == Waiting;

    /// <summary>Ends the wait that <see cref="TryRaise"/> has found.</summary>
    /// <param name="inline">
    /// Whether the reader continues on the caller's thread, until it waits again: the caller holds no lock and is about to wait itself.
    /// That saves a switch to the thread pool, which costs more than what most readers do with an event.
    /// </param>
    public void EndWait(bool inline)
    {
        // Only one caller ends a wait.
        source.RunContinuationsAsynchronously = !inline;
        source.SetResult(true);
    }

    /// <summary>The reader, before it looks: what was raised so far it is about to see.</summary>
    /// <exception cref="OperationCanceledException">Its token was cancelled.</exception>
    public void Reset()
    {
        Interlocked.Exchange(ref state, Idle);
        ct.ThrowIfCancellationRequested();
    }

    /// <summary>Begins a wait; the reader has looked since it called <see cref="Reset"/>.</summary>
    /// <returns>Which wait, for a task whose source is this signal.</returns>
    public short BeginWait()
    {
        source.Reset();
        if (Interlocked.CompareExchange(ref state, Waiting, Idle) == Raised)
            source.SetResult(true);
        return source.Version;
    }

    /// <summary>Waits like any other time, but no longer than this in place of the patience.</summary>
    public ValueTask WaitAsync(TimeSpan longest)
    {
        timer?.Change(longest, Timeout.InfiniteTimeSpan);
        return new ValueTask(this, BeginWait());
    }

    public void GetResult(short token)
    {
        source.GetResult(token);
        ct.ThrowIfCancellationRequested();
    }

    public ValueTaskSourceStatus GetStatus(short token) => source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        source.OnCompleted(continuation, state, token, flags);

    /// <inheritdoc />
    public void Dispose()
    {
        leaving.Unregister();
        timer?.Dispose();
    }
}
