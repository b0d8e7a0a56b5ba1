namespace CleanLlm.Infrastructure.Identity;

/// <summary>Hashing a password costs a core a fifth of a second: no more at once than there are cores, the rest wait their turn.</summary>
internal sealed class HashingGate : IDisposable
{
    private readonly SemaphoreSlim slots = new(Environment.ProcessorCount);

    public async Task<T> RunAsync<T>(Func<Task<T>> hash, CancellationToken ct)
    {
        await slots.WaitAsync(ct);
        try
        {
            return await hash();
        }
        finally
        {
            slots.Release();
        }
    }

    public void Dispose() => slots.Dispose();
}
