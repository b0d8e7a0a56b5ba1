using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CleanLlm.WebApi.FunctionalTests.Statements;

/// <summary>
/// Stands between the program and PostgreSQL and reads the notices that the server sends (PostgreSQL documentation, 55.7 "Message Formats"),
/// whatever the program makes of them. The connection must not be encrypted.
/// </summary>
internal sealed class NoticeProxy : IDisposable
{
    private const int HeaderSize = 5;
    private const byte Notice = (byte)'N';
    private const byte Text = (byte)'M';

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly (string Host, int Port) server;
    private readonly Action<string> heard;

    /// <summary>Begins to listen.</summary>
    /// <param name="server">Where PostgreSQL listens.</param>
    /// <param name="heard">Is given the text of each notice.</param>
    public NoticeProxy((string Host, int Port) server, Action<string> heard)
    {
        (this.server, this.heard) = (server, heard);
        listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>The port of loopback where it listens.</summary>
    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public void Dispose() => listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = CarryAsync(await listener.AcceptTcpClientAsync());
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            // Disposed of.
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using var target = new TcpClient { NoDelay = true };
        using var own = client;
        client.NoDelay = true;
        try
        {
            await target.ConnectAsync(server.Host, server.Port);
            await Task.WhenAny(client.GetStream().CopyToAsync(target.GetStream()), AnswerAsync(target.GetStream(), client.GetStream()));
        }
        catch (Exception over) when (over is SocketException or IOException or ObjectDisposedException)
        {
            // Hung up.
        }
    }

    // What came is read before it is passed on: when the program has its answer, its plan is known.
    private async Task AnswerAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[64 * 1024];
        var begun = new MemoryStream();
        while (await from.ReadAsync(buffer) is > 0 and var count)
        {
            begun.Write(buffer, 0, count);
            Read(begun);
            await to.WriteAsync(buffer.AsMemory(0, count));
        }
    }

    // Each message is a letter, its length without the letter, and its body.
    private void Read(MemoryStream begun)
    {
        var rest = begun.GetBuffer().AsSpan(0, (int)begun.Length);
        while (rest.Length >= HeaderSize && BinaryPrimitives.ReadInt32BigEndian(rest[1..]) is var length && rest.Length > length)
        {
            if (rest[0] == Notice)
                ReadNotice(rest[HeaderSize..(length + 1)]);
            rest = rest[(length + 1)..];
        }

        var left = rest.ToArray();
        begun.SetLength(0);
        begun.Write(left);
    }

    // Fields: a letter and text, each text ending with a zero, and so does their list.
    private void ReadNotice(ReadOnlySpan<byte> fields)
    {
        while (fields.Length > 1 && fields.IndexOf((byte)0) is > 0 and var end)
        {
            if (fields[0] == Text)
                heard(Encoding.UTF8.GetString(fields[1..end]));
            fields = fields[(end + 1)..];
        }
    }
}
