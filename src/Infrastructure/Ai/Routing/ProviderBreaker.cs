using Polly;
using Polly.CircuitBreaker;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>
/// The circuit breaker of one provider. A call holds a ticket from its beginning to its end, so that streams count by how they ended
/// and not by how they began.
/// </summary>
internal sealed class ProviderBreaker
{
    private readonly CircuitBreakerStateProvider circuit = new();
    private readonly ResiliencePipeline<bool> pipeline;

    public ProviderBreaker(BreakerOptions options, TimeProvider clock) =>
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
                StateProvider = circuit,
            })
            .Build();

    /// <summary>What the breaker does at the moment.</summary>
    public CircuitState State => circuit.CircuitState;

    /// <summary>Asks to be let through; when refused, tells for how long still.</summary>
    public BreakerTicket? TryEnter(out TimeSpan refusedFor)
    {
        var ticket = new BreakerTicket();
        var context = ResilienceContextPool.Shared.Get();
        // It runs as far as the ticket's wait for its outcome, or is refused; neither waits for anything.
        var passage = pipeline.ExecuteOutcomeAsync(static (_, entered) => entered.EnterAsync(), context, ticket).AsTask();
        if (ticket.HasEntered)
        {
            refusedFor = TimeSpan.Zero;
            ticket.IsProbe = State == CircuitState.HalfOpen;
            return ticket;
        }

        refusedFor = passage is { IsCompletedSuccessfully: true, Result.Exception: BrokenCircuitException { RetryAfter: { } wait } } ? wait : TimeSpan.Zero;
        ResilienceContextPool.Shared.Return(context);
        return null;
    }

    private static TimeSpan Break(BreakerOptions options, int failedProbes) =>
        TimeSpan.FromSeconds(Math.Min(options.LongestBreakSeconds, options.BreakSeconds * Math.Pow(2, Math.Min(failedProbes, 16))));
}

/// <summary>One call's passage through a breaker. One that is never closed counts as neither: its caller left before there was an outcome.</summary>
internal sealed class BreakerTicket
{
    private readonly TaskCompletionSource<Outcome<bool>> outcome = new();

    /// <summary>The breaker let it through.</summary>
    public bool HasEntered { get; private set; }

    /// <summary>It is the one call that tries whether the provider works again.</summary>
    public bool IsProbe { get; set; }

    /// <summary>Tells the breaker how the call ended; the first word counts.</summary>
    public void Close(bool succeeded) => outcome.TrySetResult(Outcome.FromResult(succeeded));

    internal ValueTask<Outcome<bool>> EnterAsync()
    {
        HasEntered = true;
        return new ValueTask<Outcome<bool>>(outcome.Task);
    }
}
