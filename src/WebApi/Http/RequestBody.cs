namespace CleanLlm.WebApi.Http;

/// <summary>A stream that a request's body is read through, asynchronously and forwards.</summary>
internal abstract class RequestBody : Stream
{
    // The members that throw belong to the contract of every stream; this one is read forwards and asynchronously only.
    private const string Contract = "A request's body is read forwards and asynchronously only.";

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException(Contract);

    public override long Position
    {
        get => throw new NotSupportedException(Contract);
        set => throw new NotSupportedException(Contract);
    }

    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException(Contract);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException(Contract);

    public override void SetLength(long value) => throw new NotSupportedException(Contract);

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException(Contract);

    public override void Flush()
    {
    }
}

/// <summary>A body that is not read: a read throws the reason. Routes that take no body never do.</summary>
internal sealed class RefusedBody(HttpContext http, BodyFault fault) : RequestBody
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw fault.In(http);
}

/// <summary>A body of unknown length that can be looked at before it is read.</summary>
internal sealed class PeekedBody(Stream body) : RequestBody
{
    private readonly byte[] first = new byte[256];
    private ReadOnlyMemory<byte> seen;

    /// <summary>Waits for the first bytes, or for the end.</summary>
    public async ValueTask<bool> IsEmptyAsync(CancellationToken ct)
    {
        seen = first.AsMemory(0, await body.ReadAsync(first, ct));
        return seen.IsEmpty;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (seen.IsEmpty)
            return await body.ReadAsync(buffer, cancellationToken);
        var length = Math.Min(seen.Length, buffer.Length);
        seen[..length].CopyTo(buffer);
        seen = seen[length..];
        return length;
    }
}
