using CleanLlm.Infrastructure.Ai.Options;
using Polly;
using Polly.CircuitBreaker;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>
/// The circuit breaker of one model, or of the connections of a provider. A call holds a ticket from its beginning to its end, so that
/// streams count by how they ended and not by how they began.
/// </summary>
/// <param name="options">When it opens, and for how long.</param>
/// <param name="clock">Measures that.</param>
/// <param name="onChange">Told when it has opened (true) or closed again (false).</param>
internal sealed class CircuitBreaker(BreakerOptions options, TimeProvider clock, Action<bool> onChange)
{
    private readonly Circuit circuit = new(options, clock);
    private long since = clock.GetUtcNow().UtcTicks;
    private int seen = (int)CircuitState.Closed;
    private long openUntil;

    /// <summary>What it does at the moment.</summary>
    public CircuitState State => circuit.State;

    /// <summary>Whether it was closed when last looked at. Costs no lock.</summary>
    public bool IsClosed => Volatile.Read(ref seen) == (int)CircuitState.Closed;

    /// <summary>Until when it lets no call through while it is open; in the past when it is not.</summary>
    public DateTimeOffset OpenUntil => new(Volatile.Read(ref openUntil), TimeSpan.Zero);

    /// <summary>Since when it has been in its state.</summary>
    public DateTimeOffset Since => new(Volatile.Read(ref since), TimeSpan.Zero);

    /// <summary>Asks to be let through.</summary>
    public BreakerTicket? TryEnter()
    {
        var ticket = circuit.TryEnter(out var refusedFor);
        Note();
        if (ticket is null)
            Volatile.Write(ref openUntil, (clock.GetUtcNow() + refusedFor).UtcTicks);
        return ticket;
    }

    /// <summary>Notes since when it has been in its state. It changes that on the thread of a call, and calls come here.</summary>
    public void Note()
    {
        var state = (int)circuit.State;
        if (state != Volatile.Read(ref seen) && Interlocked.Exchange(ref seen, state) != state)
        {
            Volatile.Write(ref since, clock.GetUtcNow().UtcTicks);
            if (state is (int)CircuitState.Open or (int)CircuitState.Closed)
                onChange(state == (int)CircuitState.Open);
        }

        if (state == (int)CircuitState.Closed && Volatile.Read(ref openUntil) != 0)
            Volatile.Write(ref openUntil, 0);
    }

    /// <summary>Polly's breaker, entered and left by tickets.</summary>
    private sealed class Circuit
    {
        private readonly CircuitBreakerStateProvider state = new();
        private readonly ResiliencePipeline<bool> pipeline;

        public Circuit(BreakerOptions options, TimeProvider clock) =>
            pipeline = new ResiliencePipelineBuilder<bool> { TimeProvider = clock }
                .AddCircuitBreaker(new CircuitBreakerStrategyOptions<bool>
                {
                    FailureRatio = options.FailureRatio,
                    SamplingDuration = TimeSpan.FromSeconds(options.SamplingSeconds),
                    MinimumThroughput = options.MinimumCalls,
                    // Between two calls that try it, when the first one's outcome is long in coming.
                    BreakDuration = TimeSpan.FromSeconds(options.BreakSeconds),
                    BreakDurationGenerator = attempt => ValueTask.FromResult(Break(options, attempt.HalfOpenAttempts)),
                    ShouldHandle = static call => ValueTask.FromResult(call.Outcome is { Exception: null, Result: false }),
                    StateProvider = state,
                })
                .Build();

        public CircuitState State => state.CircuitState;

        public BreakerTicket? TryEnter(out TimeSpan refusedFor)
        {
            var ticket = new BreakerTicket();
            var context = ResilienceContextPool.Shared.Get();
            // It runs as far as the ticket's wait for its outcome, or is refused; neither waits for anything.
            var permit = pipeline.ExecuteOutcomeAsync(static (_, entered) => entered.EnterAsync(), context, ticket).AsTask();
            if (ticket.HasEntered)
            {
                refusedFor = TimeSpan.Zero;
                ticket.IsProbe = State == CircuitState.HalfOpen;
                return ticket;
            }

            refusedFor = permit is { IsCompletedSuccessfully: true, Result.Exception: BrokenCircuitException { RetryAfter: { } wait } } ? wait : TimeSpan.Zero;
            ResilienceContextPool.Shared.Return(context);
            return null;
        }

        private static TimeSpan Break(BreakerOptions options, int failedProbes) =>
            TimeSpan.FromSeconds(Math.Min(options.LongestBreakSeconds, options.BreakSeconds * Math.Pow(2, Math.Min(failedProbes, 16))));
    }
}

/// <summary>One call's permit through a breaker. One that is never closed counts as neither: its caller left before there was an outcome.</summary>
internal sealed class BreakerTicket
{
    private readonly TaskCompletionSource<Outcome<bool>> outcome = new();

    /// <summary>The breaker let it through.</summary>
    public bool HasEntered { get; private set; }

    /// <summary>It is the one call that tries whether it works again.</summary>
    public bool IsProbe { get; set; }

    /// <summary>Tells the breaker how the call ended; the first report counts.</summary>
    public void Close(bool succeeded) => outcome.TrySetResult(Outcome.FromResult(succeeded));

    internal ValueTask<Outcome<bool>> EnterAsync()
    {
        HasEntered = true;
        return new ValueTask<Outcome<bool>>(outcome.Task);
    }
}
