using System.Net.ServerSentEvents;

namespace CleanLlm.Infrastructure.Ai.Calls;

/// <summary>Reads the events of an answer that comes as a stream.</summary>
internal static class AnswerEvents
{
    /// <summary>A parser of the events of a body.</summary>
    public static SseItemParser<AnswerEvent> ParserOf(AnswerStream body, IAnswerReader reader) => (type, data) =>
    {
        var read = Read(type, data, reader);
        // An event that the end of the body cut in two is dropped.
        return read.Kind == AnswerEventKind.Unreadable && body.HasEnded ? default : read;
    };

    private static AnswerEvent Read(string type, ReadOnlySpan<byte> data, IAnswerReader reader)
    {
        if (type == "error")
            return new AnswerEvent(AnswerEventKind.Failure) { Error = UpstreamErrors.Classify(data, status: null) };
        data = Trim(data);
        // Gateways that wrap the events of another server sometimes leave its field name in.
        while (data.StartsWith("data:"u8))
            data = Trim(data[5..]);
        if (data is [(byte)'{', ..])
            return reader.Read(ref data, isDocument: false);
        return data.Trim((byte)'"').SequenceEqual("[DONE]"u8) ? new AnswerEvent(AnswerEventKind.End) : default;
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.Trim(" \t\r\n"u8);
}
