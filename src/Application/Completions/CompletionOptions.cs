using System.ComponentModel.DataAnnotations;

namespace CleanLlm.Application.Completions;

/// <summary>Section <c>Completions</c>: the bounds of a run.</summary>
public sealed record CompletionOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Completions";

    /// <summary>How long a reservation holds without being renewed, in seconds. Default 120.</summary>
    [Range(2, 3600)]
    public int LeaseSeconds { get; init; } = 120;

    /// <summary>How long an answer may take as a whole, in seconds. Default 600.</summary>
    [Range(1, 86_400)]
    public int MaxSeconds { get; init; } = 600;

    /// <summary>How large an answer may become, in bytes of UTF-8. Default 8 MiB.</summary>
    [Range(1024, 256 * 1024 * 1024)]
    public int MaxOutputBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>How much memory the events of ended completions may take on one instance, for readers that come back, in bytes. Default 32 MiB.</summary>
    [Range(0, 16L * 1024 * 1024 * 1024)]
    public long EventMemoryBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>How old the stored state of a running answer may become, in seconds: what a crash can lose. Default 5, at most half the lease.</summary>
    [Range(1, 600)]
    public int CheckpointSeconds { get; init; } = 5;

    /// <summary>How long running answers may go on after the process was told to stop, in seconds. Default 20.</summary>
    [Range(0, 600)]
    public int DrainSeconds { get; init; } = 20;

    /// <summary>The lease as a duration.</summary>
    public TimeSpan Lease => TimeSpan.FromSeconds(LeaseSeconds);

    /// <summary>The checkpoint interval as a duration.</summary>
    public TimeSpan CheckpointInterval => TimeSpan.FromSeconds(Math.Min(CheckpointSeconds, LeaseSeconds / 2.0));

    /// <summary>How often is looked whose state is to be stored: often enough that a look that comes early costs little.</summary>
    public TimeSpan CheckpointLook => CheckpointInterval / 10;
}
