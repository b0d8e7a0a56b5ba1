using System.Net;
using System.Net.Sockets;

namespace CleanLlm.Testing;

/// <summary>Ports for servers whose address must be known before they start.</summary>
public static class LoopbackPort
{
    /// <summary>A port of loopback that nobody listens on now.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
