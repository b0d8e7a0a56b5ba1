namespace CleanLlm.Infrastructure.Memory;

/// <summary>When the process should give memory back: it is at rest, and enough was allocated since the last time.</summary>
internal sealed class RestingHeap
{
    /// <summary>How often to look.</summary>
    public static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    /// <summary>Bytes that a process at rest allocates at most between two looks: its upkeep and its health checks.</summary>
    public const long RestBytes = 2 * 1024 * 1024;

    /// <summary>Bytes that make it worthwhile. Upkeep alone takes many minutes to allocate so much.</summary>
    public const long WorthBytes = 64 * 1024 * 1024;

    private long seen;
    private long trimmed;

    /// <summary>Whether memory is to be given back now.</summary>
    /// <param name="allocated">Bytes that the process has allocated in its life.</param>
    public bool IsDue(long allocated)
    {
        var isAtRest = allocated - seen <= RestBytes;
        seen = allocated;
        if (!isAtRest || allocated - trimmed < WorthBytes)
            return false;
        trimmed = allocated;
        return true;
    }
}
