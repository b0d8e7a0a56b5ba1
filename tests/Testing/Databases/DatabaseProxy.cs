using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace CleanLlm.Testing.Databases;

/// <summary>Stands between a program and PostgreSQL, and can take the server away: connections break, and new ones are refused; or all of them hang.</summary>
public sealed class DatabaseProxy : IAsyncDisposable
{
    private readonly Lock changing = new();
    private readonly HashSet<TcpClient> open = [];
    private readonly CancellationTokenSource ended = new();
    private readonly NpgsqlConnectionStringBuilder server;
    private readonly int port;
    private TcpListener? listener;
    private volatile TaskCompletionSource passing = Passing();

    private DatabaseProxy(NpgsqlConnectionStringBuilder server, TcpListener first)
    {
        (this.server, listener) = (server, first);
        port = ((IPEndPoint)first.LocalEndpoint).Port;
        _ = AcceptAsync(first);
    }

    /// <summary>Connects through it.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder(server.ConnectionString) { Host = "127.0.0.1", Port = port }.ConnectionString;

    /// <summary>Listens on a free port of loopback.</summary>
    public static DatabaseProxy Start(TestDatabase database)
    {
        // A port that no outgoing connection is given while the server is away.
        var first = new TcpListener(IPAddress.Loopback, LoopbackPort.Free());
        first.Start();
        return new DatabaseProxy(new NpgsqlConnectionStringBuilder(database.ConnectionString), first);
    }

    /// <summary>Takes the server away.</summary>
    public void Cut()
    {
        TcpClient[] all;
        lock (changing)
        {
            listener?.Dispose();
            listener = null;
            all = [.. open];
        }

        foreach (var client in all)
            Drop(client);
    }

    /// <summary>Brings it back at the same address.</summary>
    public void Restore()
    {
        var again = new TcpListener(IPAddress.Loopback, port);
        again.Start();
        lock (changing)
            listener = again;
        _ = AcceptAsync(again);
    }

    /// <summary>Passes nothing on: connections stay open and hang, new ones too.</summary>
    public void Hold() => passing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Passes on what was held, and all that comes.</summary>
    public void Release() => passing.TrySetResult();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        Cut();
        ended.Dispose();
    }

    private async Task AcceptAsync(TcpListener from)
    {
        try
        {
            while (true)
                _ = CarryAsync(from, await from.AcceptTcpClientAsync(ended.Token));
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // Cut.
        }
    }

    private async Task CarryAsync(TcpListener from, TcpClient client)
    {
        using var target = new TcpClient();
        if (!TryOpen(from, client, target))
        {
            client.Client?.Close(0);
            return;
        }

        try
        {
            await target.ConnectAsync(server.Host!, server.Port, ended.Token);
            await Task.WhenAny(CopyAsync(client.GetStream(), target.GetStream()), CopyAsync(target.GetStream(), client.GetStream()));
        }
        catch (Exception over) when (over is SocketException or IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // Cut.
        }
        finally
        {
            Drop(client);
            Drop(target);
        }
    }

    // What was accepted just before the cut is cut too.
    private bool TryOpen(TcpListener from, TcpClient client, TcpClient target)
    {
        lock (changing)
            return listener == from && open.Add(client) && open.Add(target);
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[32 * 1024];
        while (await from.ReadAsync(buffer, ended.Token) is > 0 and var count)
        {
            await passing.Task.WaitAsync(ended.Token);
            await to.WriteAsync(buffer.AsMemory(0, count), ended.Token);
        }
    }

    private static TaskCompletionSource Passing()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        done.SetResult();
        return done;
    }

    // Reset, not closed: what is on its way is lost, as when the server is killed.
    private void Drop(TcpClient client)
    {
        bool isOpen;
        lock (changing)
            isOpen = open.Remove(client);
        if (isOpen)
            client.Client?.Close(0);
    }
}
