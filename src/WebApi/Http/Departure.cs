namespace CleanLlm.WebApi.Http;

/// <summary>Whether the process is leaving, as requests need to know it (docs/decisions/0048).</summary>
internal sealed class Departure(IHostApplicationLifetime lifetime, TimeProvider clock) : IDisposable
{
    private readonly CancellationTokenSource reading = new();
    private long lastRequest = clock.GetTimestamp();
    private volatile bool begun;

    /// <summary>From the signal on: the instance is not ready, and connections end with their request.</summary>
    public bool HasBegun => begun || lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>Cancelled when nothing runs here any more: readers of what runs on other instances go there.</summary>
    public CancellationToken Reading => reading.Token;

    /// <summary>How long ago the last request came, counted while the process leaves.</summary>
    public TimeSpan Quiet => clock.GetElapsedTime(Volatile.Read(ref lastRequest));

    /// <summary>The process leaves, whether a signal or something else told it to.</summary>
    public void Begin() => begun = true;

    /// <summary>A request has come.</summary>
    public void NoteRequest() => Volatile.Write(ref lastRequest, clock.GetTimestamp());

    /// <summary>Lets readers go that wait for something on another instance.</summary>
    public void EndReading()
    {
        try
        {
            reading.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The host is disposed of without having been stopped: nothing reads any more.
        }
    }

    public void Dispose() => reading.Dispose();
}
