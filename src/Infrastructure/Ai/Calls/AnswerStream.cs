using System.Buffers;
using System.Runtime.CompilerServices;
using CleanLlm.Application.Ai;

namespace CleanLlm.Infrastructure.Ai.Calls;

/// <summary>The body of an answer: tells the clock of each read, and bounds what one document or event may hold.</summary>
internal sealed class AnswerStream(Stream body, CallClock clock, int maxPartBytes = AnswerStream.MaxPartBytes) : Stream
{
    /// <summary>The most bytes of one JSON document or one event, unless more is asked for.</summary>
    public const int MaxPartBytes = 8 * 1024 * 1024;

    private int sinceLastPart;

    /// <summary>A part was complete: the bound counts anew.</summary>
    public void PartEnds() => sinceLastPart = 0;

    /// <summary>A whole document.</summary>
    /// <param name="announced">How long the server says it is; null when it does not.</param>
    /// <param name="ct">Ends the read.</param>
    /// <exception cref="ProviderException">It is larger than allowed.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadToEndAsync(long? announced, CancellationToken ct)
    {
        var document = new ArrayBufferWriter<byte>((int)Math.Clamp(announced + 1 ?? 0, 4096, maxPartBytes));
        while (await ReadAsync(document.GetMemory(1), ct) is > 0 and var read)
            document.Advance(read);
        return document.WrittenMemory;
    }

    /// <summary>Runs once for each token of a stream, so its state is pooled.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        clock.ReadBegins();
        var read = await body.ReadAsync(buffer, cancellationToken);
        clock.ReadEnds();
        sinceLastPart += read;
        return sinceLastPart <= maxPartBytes
            ? read
            : throw new ProviderException(ProviderFailure.TooLong, "A part of the provider's answer is larger than allowed.");
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override bool CanRead => true;

    // What follows is the rest of the contract of a stream that is only read forwards, and only asynchronously.
    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw ForwardsOnly();

    public override long Position { get => throw ForwardsOnly(); set => throw ForwardsOnly(); }

    public override int Read(byte[] buffer, int offset, int count) => throw ForwardsOnly();

    public override long Seek(long offset, SeekOrigin origin) => throw ForwardsOnly();

    public override void SetLength(long value) => throw ForwardsOnly();

    public override void Write(byte[] buffer, int offset, int count) => throw ForwardsOnly();

    public override void Flush()
    {
    }

    private static NotSupportedException ForwardsOnly() => new("An answer is only read forwards, and only asynchronously.");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            body.Dispose();
        base.Dispose(disposing);
    }
}
