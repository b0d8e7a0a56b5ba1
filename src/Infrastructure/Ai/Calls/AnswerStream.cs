using System.Buffers;
using System.Runtime.CompilerServices;
using CleanLlm.Application.Ai;

namespace CleanLlm.Infrastructure.Ai.Calls;

/// <summary>The body of an answer: tells the clock of each read, and bounds what one document or event may hold.</summary>
internal sealed class AnswerStream(Stream body, CallClock clock, int maxPartBytes = AnswerStream.MaxPartBytes) : Stream
{
    /// <summary>The most bytes of one JSON document or one event, unless more is asked for.</summary>
    public const int MaxPartBytes = 8 * 1024 * 1024;

    // Enough to see what a body is; what has come with it is read from here.
    private const int HeadBytes = 1024;

    // What a document of unknown length begins with.
    private const int FirstBytes = 4096;

    private static readonly byte[] LastLine = "\n\n"u8.ToArray();

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private ReadOnlyMemory<byte> head;
    private Exception? broken;
    private int sinceLastPart;

    /// <summary>
    /// Whether the body's end completes an event whose empty line is missing: servers end with their last line, or break off after it.
    /// </summary>
    public bool CompletesEvents { get; set; }

    /// <summary>No more of the body comes.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>A part was complete: the bound counts anew.</summary>
    public void PartEnds() => sinceLastPart = 0;

    /// <summary>The first byte that means something; null when there is none. Byte order mark, blanks and line breaks before it are dropped.</summary>
    public async Task<byte?> PeekAsync(CancellationToken ct)
    {
        var buffer = new byte[HeadBytes];
        var length = 0;
        while (await ReadAsync(buffer.AsMemory(length), ct) is > 0 and var read)
        {
            length += read;
            var rest = Meaning(buffer.AsSpan(0, length));
            if (rest.IsEmpty)
                length = 0;
            else if (!ByteOrderMark.StartsWith(rest))
            {
                head = buffer.AsMemory(length - rest.Length, rest.Length);
                return rest[0];
            }
        }

        return null;
    }

    /// <summary>A whole document, without what may come before it.</summary>
    /// <param name="announced">How long the server says it is; null when it does not.</param>
    /// <param name="ct">Ends the read.</param>
    /// <exception cref="ProviderException">It is larger than allowed.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadToEndAsync(long? announced, CancellationToken ct)
    {
        var document = new ArrayBufferWriter<byte>((int)Math.Clamp(announced + 1 ?? FirstBytes, HeadBytes, maxPartBytes));
        while (await ReadAsync(document.GetMemory(1), ct) is > 0 and var read)
            document.Advance(read);
        var written = document.WrittenMemory;
        return written[^Meaning(written.Span).Length..];
    }

    /// <summary>Runs once for each token of a stream, so its state is pooled.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!head.IsEmpty)
            return ReadHead(buffer.Span);
        if (HasEnded)
            return broken is null ? 0 : throw broken;
        clock.ReadBegins();
        int read;
        try
        {
            read = await body.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException thrown) when (CompletesEvents && !clock.Token.IsCancellationRequested)
        {
            (broken, read) = (thrown, 0);
        }

        clock.ReadEnds();
        if (read == 0)
            return End(buffer.Span);
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

    private int End(Span<byte> buffer)
    {
        HasEnded = true;
        if (!CompletesEvents)
            return 0;
        head = LastLine;
        return ReadHead(buffer);
    }

    private int ReadHead(Span<byte> buffer)
    {
        var read = Math.Min(buffer.Length, head.Length);
        head.Span[..read].CopyTo(buffer);
        head = head[read..];
        return read;
    }

    private static ReadOnlySpan<byte> Meaning(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith(ByteOrderMark))
            start = start[ByteOrderMark.Length..];
        return start.TrimStart(" \t\r\n"u8);
    }

    private static NotSupportedException ForwardsOnly() => new("An answer is only read forwards, and only asynchronously.");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            body.Dispose();
        base.Dispose(disposing);
    }
}
