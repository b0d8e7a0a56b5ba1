using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace CleanLlm.Testing;

/// <summary>Ports for servers whose address must be known before they start.</summary>
public static class LoopbackPort
{
    // Below the ranges that systems take the ports of outgoing connections from (IANA: from 49152, Linux: from 32768): a port that is free
    // when it is asked for is not lent to a connection before its server starts. Each is given once in this process; suites that run at the
    // same time have a range each, as build/test.sh says.
    private static readonly int First = Range()[0];
    private static readonly int Count = Range()[1] - Range()[0] + 1;

    private static int given = Random.Shared.Next(Count);

    /// <summary>A port of loopback on which no server listens now.</summary>
    public static int Free()
    {
        for (var attempt = 0; attempt < Count; attempt++)
        {
            var port = First + ((Interlocked.Increment(ref given) & int.MaxValue) % Count);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Taken; the next one may be free.
            }
        }

        throw new InvalidOperationException($"No port from {First} to {First + Count - 1} is free.");
    }

    /// <summary>A port of loopback that refuses connections: until it is disposed, no other process can listen there either.</summary>
    public static Socket Refusing()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static int[] Range() =>
        [.. (Environment.GetEnvironmentVariable("CLEANLLM_TEST_PORTS") ?? "12000-19999").Split('-').Select(port => int.Parse(port, CultureInfo.InvariantCulture))];
}
