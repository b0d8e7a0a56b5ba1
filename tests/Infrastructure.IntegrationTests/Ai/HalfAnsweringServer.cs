using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai;

/// <summary>Sends the same bytes on every connection, and then nothing.</summary>
internal sealed class HalfAnsweringServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> clients = [];
    private readonly Task serving;

    public HalfAnsweringServer(string bytes)
    {
        listener.Start();
        BaseUrl = new Uri($"http://{listener.LocalEndpoint}/v1");
        serving = ServeAsync(Encoding.ASCII.GetBytes(bytes));
    }

    public Uri BaseUrl { get; }

    public async ValueTask DisposeAsync()
    {
        listener.Dispose();
        await serving;
        clients.ForEach(client => client.Dispose());
    }

    private async Task ServeAsync(byte[] bytes)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync();
                clients.Add(client);
                // A client that has left before it asked gets nothing.
                if (await client.GetStream().ReadAtLeastAsync(new byte[4096], 1, throwOnEndOfStream: false) > 0)
                    await client.GetStream().WriteAsync(bytes);
            }
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException or IOException)
        {
            // The test is over.
        }
    }
}
