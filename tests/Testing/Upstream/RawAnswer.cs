using System.Text;
using Microsoft.AspNetCore.Http;

namespace CleanLlm.Testing.Upstream;

/// <summary>An answer that a test writes itself, byte by byte, for one model of a scripted server.</summary>
public sealed class RawAnswer
{
    private readonly IReadOnlyList<byte[]?> pieces;

    private RawAnswer(IEnumerable<byte[]?> pieces) => this.pieces = [.. pieces];

    /// <summary>Of the body; none is sent when null.</summary>
    public string? ContentType { get; init; } = "text/event-stream";

    /// <summary>Whether the connection breaks where the body would end.</summary>
    public bool Breaks { get; init; }

    /// <summary>A stream of events with the data; the end mark is to be given like any other. At null it pauses until the model is released.</summary>
    public static RawAnswer Events(params string?[] data) => new(data.Select(text => text is null ? null : Encoding.UTF8.GetBytes($"data: {text}\n\n")));

    /// <summary>A body as it stands.</summary>
    public static RawAnswer Body(string body, string? contentType = "application/json") => new([Encoding.UTF8.GetBytes(body)]) { ContentType = contentType };

    /// <summary>A stream as it stands, flushed piece by piece.</summary>
    public static RawAnswer Stream(params byte[]?[] pieces) => new(pieces);

    /// <summary>A stream as it stands, flushed piece by piece.</summary>
    public static RawAnswer Stream(params string?[] pieces) => new(pieces.Select(text => text is null ? null : Encoding.UTF8.GetBytes(text)));

    /// <summary>A stream whose connection breaks after what is given.</summary>
    public static RawAnswer Broken(params string[] pieces) => new(pieces.Select(Encoding.UTF8.GetBytes)) { Breaks = true };

    internal async Task WriteAsync(HttpContext http, UpstreamModel model)
    {
        http.Response.ContentType = ContentType;
        foreach (var piece in pieces)
        {
            if (piece is null)
            {
                await model.Gate.WaitAsync(http.RequestAborted);
                continue;
            }

            await http.Response.Body.WriteAsync(piece, http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
        }

        // Kestrel closes the connection in the middle of the message but after what was written, which a reset could overtake.
        if (Breaks)
            throw new IOException("The script breaks the answer off.");
    }
}
