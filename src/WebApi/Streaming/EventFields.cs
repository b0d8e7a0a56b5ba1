using System.Buffers;
using System.Buffers.Text;

namespace CleanLlm.WebApi.Streaming;

/// <summary>The fields of a server-sent event that all formats write alike.</summary>
internal static class EventFields
{
    private const int MostDigits = 11;

    /// <summary>The line that names an event, which is what <c>Last-Event-ID</c> takes; nothing for an event without an id.</summary>
    public static void WriteId(IBufferWriter<byte> output, int? id)
    {
        if (id is not { } number)
            return;
        output.Write("id: "u8);
        Utf8Formatter.TryFormat(number, output.GetSpan(MostDigits), out var written);
        output.Advance(written);
        output.Write("\n"u8);
    }
}
