using System.Buffers.Binary;
using System.Buffers.Text;

namespace CleanLlm.Application.Paging;

/// <summary>Where a keyset page begins: after the row with this moment and this id. Opaque to callers.</summary>
/// <param name="Moment">What the list is sorted by.</param>
/// <param name="Id">Breaks ties.</param>
public readonly record struct Cursor(DateTimeOffset Moment, Guid Id)
{
    private const int Size = sizeof(long) + 16;

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string? text, out Cursor cursor)
    {
        cursor = default;
        Span<byte> bytes = stackalloc byte[Size];
        // 24 bytes are 32 characters of base64url; anything else is not ours.
        if (text is not { Length: 32 } || !Base64Url.IsValid(text)
            || !Base64Url.TryDecodeFromChars(text, bytes, out var written) || written != Size)
            return false;

        var ticks = BinaryPrimitives.ReadInt64BigEndian(bytes);
        if (ticks < DateTimeOffset.MinValue.Ticks || ticks > DateTimeOffset.MaxValue.Ticks)
            return false;
        cursor = new Cursor(new DateTimeOffset(ticks, TimeSpan.Zero), new Guid(bytes[sizeof(long)..], bigEndian: true));
        return true;
    }

    /// <inheritdoc />
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        BinaryPrimitives.WriteInt64BigEndian(bytes, Moment.UtcTicks);
        Id.TryWriteBytes(bytes[sizeof(long)..], bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }
}
