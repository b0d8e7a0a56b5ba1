using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace CleanLlm.WebApi.Http;

/// <summary>
/// Takes a body that is not sent. With its first flush the headers go out, and the request ends as if its caller had left: an event stream
/// or an export would otherwise continue without a reader.
/// </summary>
/// <param name="response">What the headers are sent by.</param>
/// <param name="done">Cancelled when the headers are out.</param>
internal sealed class HeadBody(IHttpResponseBodyFeature response, CancellationTokenSource done) : PipeWriter, IHttpResponseBodyFeature
{
    private const int LeastRoom = 4 * 1_024;

    private byte[] room = [];
    private long unflushed;
    private Stream? stream;

    public Stream Stream => stream ??= AsStream(leaveOpen: true);

    public PipeWriter Writer => this;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => unflushed;

    public override Memory<byte> GetMemory(int sizeHint = 0) =>
        room.Length >= Math.Max(sizeHint, 1) ? room : room = new byte[Math.Max(sizeHint, LeastRoom)];

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes) => unflushed += bytes;

    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        unflushed = 0;
        await response.StartAsync(cancellationToken);
        await done.CancelAsync();
        // A writer that had to wait checks whether its caller has left.
        await Task.Yield();
        return new FlushResult(isCanceled: false, isCompleted: true);
    }

    public override void CancelPendingFlush()
    {
    }

    public override void Complete(Exception? exception = null)
    {
    }

    public void DisableBuffering() => response.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => response.StartAsync(cancellationToken);

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => FlushAsync(cancellationToken).AsTask();

    public Task CompleteAsync() => response.CompleteAsync();
}
