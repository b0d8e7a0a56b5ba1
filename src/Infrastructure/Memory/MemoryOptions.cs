namespace CleanLlm.Infrastructure.Memory;

/// <summary>Section <c>Memory</c>: what the process does with memory that it needs no longer.</summary>
internal sealed record MemoryOptions
{
    /// <summary>Whether a process at rest gives back to the system what a load before left free. Default true.</summary>
    public bool TrimAtRest { get; init; } = true;
}
