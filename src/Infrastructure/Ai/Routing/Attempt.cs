using CleanLlm.Application.Ai;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>One call of one provider. Disposing of it gives its place back; without an outcome it counts as neither.</summary>
internal sealed class Attempt(CallRoute route, RouteCandidate candidate, ProviderLease lease, CancellationToken token) : IDisposable
{
    private readonly long started = route.Router.Clock.GetTimestamp();
    private TimeSpan? firstByte;
    private bool ended;

    /// <summary>The candidate that is asked.</summary>
    public RouteCandidate Candidate => candidate;

    /// <summary>Cancelled when the caller leaves or the time of the whole call is over.</summary>
    public CancellationToken Token => token;

    /// <summary>A stream has begun.</summary>
    public void FirstByte()
    {
        firstByte = Elapsed();
        lease.EndTrial();
    }

    /// <summary>It was answered.</summary>
    public void Succeed() => End(null);

    /// <summary>What an exception of the call means; null when it is none of the provider's.</summary>
    public ProviderFault? Explain(Exception thrown)
    {
        if (route.Caller.IsCancellationRequested && thrown is not ProviderException)
            return null;
        if (thrown is OperationCanceledException && token.IsCancellationRequested)
            thrown = new ProviderException(ProviderFailure.Timeout, "The providers are too slow.");
        return thrown is ProviderException failure ? ProviderFault.Of(failure) : null;
    }

    /// <summary>It failed.</summary>
    public void Fail(ProviderFault fault)
    {
        // It was not even called.
        if (fault.Failure.Failure == ProviderFailure.Unsupported)
            return;
        // A wrong request of one caller says nothing about the requests of others.
        if (fault.Failure is
            {
                RetryAfter: { } wait,
                Failure: ProviderFailure.RateLimited or ProviderFailure.Refused or ProviderFailure.Timeout,
                Status: not (401 or 402 or 403),
            })
            candidate.State.Pause(wait);
        End(fault);
    }

    public void Dispose() => lease.Place.Dispose();

    private void End(ProviderFault? fault)
    {
        if (ended)
            return;
        ended = true;
        var whole = Elapsed();
        // Before the breakers, which log the last failure when they open.
        candidate.Provider.Health.Record(
            candidate.State.Trend, fault is { IsAnswer: false } bad ? bad.Failure.Failure : null, firstByte, fault is null ? whole : null);
        Tell(fault?.Blame ?? Blame.Nothing);
        route.Router.Metrics.Ended(route.Operation, candidate, fault?.Failure.Failure, firstByte, whole);
    }

    private void Tell(Blame blame)
    {
        // How its model would have answered a call that did not reach the provider is not known.
        if (blame == Blame.Provider)
        {
            candidate.Provider.Connections.Fail(lease.Connection);
            return;
        }

        candidate.Provider.Connections.Succeed(lease.Connection);
        lease.Model.Close(succeeded: blame == Blame.Nothing);
        candidate.State.Breaker.Note();
    }

    private TimeSpan Elapsed() => route.Router.Clock.GetElapsedTime(started);
}
