using System.Buffers;

namespace CleanLlm.Infrastructure.Ai.Calls;

/// <summary>
/// Repairs invalid JSON of servers, in ways that are known and do not change its meaning: <c>NaN</c> and
/// <c>Infinity</c> as Python writes them, control characters and unknown escapes in strings.
/// </summary>
internal static class JsonRepair
{
    /// <summary>The repaired text; null when there is nothing to repair.</summary>
    public static byte[]? Mend(ReadOnlySpan<byte> json)
    {
        var mended = new ArrayBufferWriter<byte>(json.Length + 16);
        var (inText, changed) = (false, false);
        while (!json.IsEmpty)
        {
            var (used, instead) = inText ? InText(json) : Outside(json);
            changed |= instead is not null;
            mended.Write(instead ?? json[..used]);
            inText ^= json[0] == '"';
            json = json[used..];
        }

        return changed ? mended.WrittenSpan.ToArray() : null;
    }

    private static (int Used, byte[]? Instead) InText(ReadOnlySpan<byte> json) => json switch
    {
        [(byte)'\\', (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t' or (byte)'u', ..] => (2, null),
        [(byte)'\\', ..] => (1, "\\\\"u8.ToArray()),
        [< 0x20, ..] => (1, [.. "\\u00"u8, .. Convert.ToHexString(json[..1]).Select(digit => (byte)digit)]),
        _ => (1, null),
    };

    private static (int Used, byte[]? Instead) Outside(ReadOnlySpan<byte> json)
    {
        if (json.StartsWith("NaN"u8))
            return (3, "null"u8.ToArray());
        if (json.StartsWith("-Infinity"u8))
            return (9, "null"u8.ToArray());
        return json.StartsWith("Infinity"u8) ? (8, "null"u8.ToArray()) : (1, null);
    }
}
