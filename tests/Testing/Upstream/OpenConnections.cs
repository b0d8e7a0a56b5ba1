using Microsoft.AspNetCore.Connections;

namespace CleanLlm.Testing.Upstream;

/// <summary>Counts the connections of a server.</summary>
internal sealed class OpenConnections
{
    private int count;

    public int Count => Volatile.Read(ref count);

    public async Task CountAsync(ConnectionDelegate next, ConnectionContext connection)
    {
        Interlocked.Increment(ref count);
        try
        {
            await next(connection);
        }
        finally
        {
            Interlocked.Decrement(ref count);
        }
    }
}
