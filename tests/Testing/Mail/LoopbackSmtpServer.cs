using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CleanLlm.Testing.Mail;

/// <summary>A mail server on loopback that speaks as much of RFC 5321 as a client needs, without TLS, and refuses what it is told to.</summary>
public sealed class LoopbackSmtpServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentQueue<ReceivedMail> received = new();
    private readonly ConcurrentQueue<string> commands = new();
    private readonly ConcurrentQueue<string> refusals = new();
    private readonly Task accepting;

    public LoopbackSmtpServer()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>The mails it took.</summary>
    public IReadOnlyList<ReceivedMail> Received => [.. received];

    /// <summary>The first word of every command it got.</summary>
    public IReadOnlyList<string> Commands => [.. commands];

    /// <summary>Answers the next recipients with these replies, one each, instead of taking them.</summary>
    public void Refuse(params string[] replies)
    {
        foreach (var reply in replies)
            refusals.Enqueue(reply);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await accepting;
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var sessions = new List<Task>();
        try
        {
            while (true)
                sessions.Add(TalkAsync(await listener.AcceptTcpClientAsync(stopping.Token)));
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(sessions);
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
                await using var writer = new StreamWriter(client.GetStream(), new UTF8Encoding(false)) { NewLine = "\r\n", AutoFlush = true };
                await ConverseAsync(reader, writer);
            }
            catch (Exception fault) when (fault is IOException or OperationCanceledException)
            {
                // The client hung up, or the test is over.
            }
        }
    }

    private async Task ConverseAsync(StreamReader reader, StreamWriter writer)
    {
        var (from, to) = ("", "");
        await writer.WriteLineAsync("220 loopback ESMTP");
        while (await reader.ReadLineAsync(stopping.Token) is { } line)
        {
            var command = line.Split(' ')[0].ToUpperInvariant();
            commands.Enqueue(command);
            switch (command)
            {
                case "EHLO":
                    await writer.WriteLineAsync("250-loopback\r\n250-AUTH PLAIN\r\n250-SMTPUTF8\r\n250 8BITMIME");
                    break;
                case "AUTH":
                    await writer.WriteLineAsync("235 welcome");
                    break;
                case "MAIL":
                    from = Path(line);
                    await writer.WriteLineAsync("250 ok");
                    break;
                case "RCPT":
                    to = Path(line);
                    await writer.WriteLineAsync(refusals.TryDequeue(out var refusal) ? refusal : "250 ok");
                    break;
                case "DATA":
                    await writer.WriteLineAsync("354 go on");
                    received.Enqueue(new ReceivedMail(from, to, await ReadDataAsync(reader)));
                    await writer.WriteLineAsync("250 taken");
                    break;
                case "QUIT":
                    await writer.WriteLineAsync("221 bye");
                    return;
                default:
                    await writer.WriteLineAsync(command is "RSET" or "NOOP" ? "250 ok" : "502 not known");
                    break;
            }
        }
    }

    private async Task<string> ReadDataAsync(StreamReader reader)
    {
        var data = new StringBuilder();
        while (await reader.ReadLineAsync(stopping.Token) is { } line && line != ".")
            data.AppendLine(line.StartsWith('.') ? line[1..] : line);
        return data.ToString();
    }

    private static string Path(string line) => line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)];
}
