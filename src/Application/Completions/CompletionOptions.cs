using System.ComponentModel.DataAnnotations;

namespace CleanLlm.Application.Completions;

/// <summary>Section <c>Completions</c>: the bounds of a run.</summary>
public sealed record CompletionOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Completions";

    /// <summary>
    /// How long a reservation holds without being renewed, by the database's clock, in seconds: what a crash can lock a user out for.
    /// Default 30.
    /// </summary>
    [Range(2, 3600)]
    public int LeaseSeconds { get; init; } = 30;

    /// <summary>For how long storing the end of a completion is tried while the database is away, in seconds. Default 300.</summary>
    [Range(1, 3600)]
    public int StoreSeconds { get; init; } = 300;

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

    /// <summary>
    /// How many requests may wait on one instance to be admitted; further ones are refused. So many wait only when they come at once: while more
    /// come than are served, twice as many wait as are admitted together. Default 256.
    /// </summary>
    [Range(0, 100_000)]
    public int MaxWaiting { get; init; } = 256;

    /// <summary>How long one of them waits before it is refused, in seconds. Default 2.</summary>
    [Range(1, 600)]
    public int MaxWaitSeconds { get; init; } = 2;

    /// <summary>
    /// How long a request waits, and how long a running answer pauses, while only what other completions of the same user hold of the quota stands in the way, in seconds;
    /// 0 for not at all. Default 5.
    /// </summary>
    [Range(0, 60)]
    public int QuotaWaitSeconds { get; init; } = 5;

    /// <summary>
    /// The longest that renewing leases may take before it is given up: so long can a renewal hang that an outage of the database has caught.
    /// </summary>
    public static readonly TimeSpan LongestRenewal = TimeSpan.FromSeconds(6);

    /// <summary>The lease as a duration.</summary>
    public TimeSpan Lease => TimeSpan.FromSeconds(LeaseSeconds);

    /// <summary>The checkpoint interval as a duration.</summary>
    public TimeSpan CheckpointInterval => TimeSpan.FromSeconds(Math.Min(CheckpointSeconds, LeaseSeconds / 2.0));

    /// <summary>
    /// The longest that an instance needs to renew its leases once the database is back: 11 seconds by default. So long nothing is taken for
    /// abandoned after a start or an outage.
    /// </summary>
    public TimeSpan RenewalWait => CheckpointInterval + LongestRenewal;

    /// <summary>How often is looked whose lease has ended: every 3 seconds by default.</summary>
    public TimeSpan SweepInterval => Lease / 10;

    /// <summary>How often is looked whose state is to be stored: often enough that a look that comes early costs little.</summary>
    public TimeSpan CheckpointLook => CheckpointInterval / 10;
}
