using System.Buffers.Binary;
using System.IO.Compression;

namespace CleanLlm.WebApi.Http;

/// <summary>
/// Unpacks a gzip body (RFC 1952, one member) while it is read. The limit of a body holds for what comes out, so a small body cannot become a
/// large one in memory: reading ends at the limit.
/// </summary>
internal sealed class UnpackedBody : RequestBody
{
    private static readonly BodyFault Malformed = new(StatusCodes.Status400BadRequest, "The body is not whole gzip, as its Content-Encoding says.");
    private static readonly BodyFault TooLarge = new(StatusCodes.Status413PayloadTooLarge, "The body is larger, once unpacked, than the server takes.");

    private readonly HttpContext http;
    private readonly long most;
    private readonly PackedBody packed;
    private readonly GZipStream unpacked;
    private long total;

    public UnpackedBody(HttpContext http, Stream body, long most)
    {
        (this.http, this.most, packed) = (http, most, new PackedBody(body));
        unpacked = new GZipStream(packed, CompressionMode.Decompress, leaveOpen: true);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int length;
        try
        {
            length = await unpacked.ReadAsync(buffer, cancellationToken);
        }
        catch (InvalidDataException)
        {
            throw Malformed.In(http);
        }

        total += length;
        if (total > most)
            throw TooLarge.In(http);
        // The framework takes a body that breaks off for one that ends.
        if (length == 0 && !buffer.IsEmpty && !packed.Ends(total))
            throw Malformed.In(http);
        return length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            unpacked.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Remembers how the packed bytes end: with the length of what they hold.</summary>
    private sealed class PackedBody(Stream body) : RequestBody
    {
        private const int HeaderAndTrailer = 18;

        private uint lastBytes;
        private long count;

        /// <summary>Whether the bytes so far are a whole body of the given length; none at all are one of none.</summary>
        public bool Ends(long total) => count == 0 || (count >= HeaderAndTrailer && lastBytes == (uint)total);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var length = await body.ReadAsync(buffer, cancellationToken);
            count += length;
            var read = buffer.Span[..length];
            if (length >= sizeof(uint))
            {
                lastBytes = BinaryPrimitives.ReadUInt32LittleEndian(read[^sizeof(uint)..]);
            }
            else
            {
                foreach (var last in read)
                    lastBytes = (lastBytes >> 8) | ((uint)last << 24);
            }

            return length;
        }
    }
}
