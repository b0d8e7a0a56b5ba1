using System.Threading.Channels;

namespace CleanLlm.Infrastructure.Persistence.Erasures;

/// <summary>Wakes the sweep of this process when an account has ended here; other instances see its marker by themselves.</summary>
internal sealed class ErasureSignal
{
    private readonly Channel<bool> raised = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>An account has ended.</summary>
    public void Raise() => raised.Writer.TryWrite(true);

    /// <summary>Waits until an account ends, or until the time is over.</summary>
    public async Task WaitAsync(TimeSpan longest, TimeProvider clock, CancellationToken ct)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await Task.WhenAny(raised.Reader.WaitToReadAsync(waiting.Token).AsTask(), Task.Delay(longest, clock, waiting.Token));
        await waiting.CancelAsync();
        raised.Reader.TryRead(out _);
        ct.ThrowIfCancellationRequested();
    }
}
