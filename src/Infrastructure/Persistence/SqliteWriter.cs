namespace CleanLlm.Infrastructure.Persistence;

/// <summary>The queue of those who write much or often to SQLite. Waiting here holds no thread and polls nothing.</summary>
internal sealed class SqliteWriter : IDisposable
{
    private readonly SemaphoreSlim turn = new(1, 1);

    /// <summary>Waits for one's turn.</summary>
    public Task WaitAsync(CancellationToken ct) => turn.WaitAsync(ct);

    /// <summary>Gives it to the next one.</summary>
    public void Release() => turn.Release();

    public void Dispose() => turn.Dispose();
}
