namespace CleanLlm.Application.Ai;

/// <summary>Whether a provider, or one of its models, is asked at the moment.</summary>
public enum ProviderState
{
    /// <summary>It answers.</summary>
    Healthy,

    /// <summary>It answers, but more than one call in ten fails, or one of its models is not asked.</summary>
    Degraded,

    /// <summary>It asked for a pause (<c>Retry-After</c>).</summary>
    RateLimited,

    /// <summary>It failed too often and is not asked.</summary>
    Open,

    /// <summary>One call tries whether it works again.</summary>
    HalfOpen,
}

/// <summary>A provider as the answering instance sees it.</summary>
/// <param name="Name">Its configured name.</param>
/// <param name="Kind">How it is spoken to.</param>
/// <param name="Priority">Lower is asked first.</param>
/// <param name="Weight">Its share among providers of equal priority.</param>
/// <param name="Models">The ids of its models; empty while it has not listed any.</param>
/// <param name="ModelStates">Those of them that have been asked, each with a state of its own.</param>
/// <param name="State">Whether it is asked: for connections and credential as a whole, else as its models are; as the first of them to be asked again when none is.</param>
/// <param name="Since">Since when; for <c>rateLimited</c>, since when it has been healthy or degraded otherwise.</param>
/// <param name="InFlight">Calls under way.</param>
/// <param name="Queued">Calls that wait for a place.</param>
/// <param name="MaxConcurrentCalls">Places for calls.</param>
/// <param name="Window">Its last calls.</param>
/// <param name="LastFailure">How the last call failed that did; null when none has since the start.</param>
/// <param name="LastFailureAt">When that was.</param>
/// <param name="RetryAt">When it may be asked again; null when it may be asked now.</param>
public sealed record ProviderDto(
    string Name,
    string Kind,
    int Priority,
    int Weight,
    IReadOnlyList<string> Models,
    IReadOnlyList<ProviderModelDto> ModelStates,
    ProviderState State,
    DateTimeOffset Since,
    int InFlight,
    int Queued,
    int MaxConcurrentCalls,
    ProviderWindowDto Window,
    ProviderFailure? LastFailure,
    DateTimeOffset? LastFailureAt,
    DateTimeOffset? RetryAt);

/// <summary>A model of a provider as the answering instance sees it. What one model fails by does not close the others.</summary>
/// <param name="Model">Its id.</param>
/// <param name="State">Whether it is asked, as far as it depends on the model.</param>
/// <param name="Since">Since when; for <c>rateLimited</c>, since when it has been healthy or degraded otherwise.</param>
/// <param name="LastFailure">How its last call failed that did; null when none has.</param>
/// <param name="LastFailureAt">When that was.</param>
/// <param name="RetryAt">When it may be asked again; null when it may be asked now.</param>
public sealed record ProviderModelDto(
    string Model, ProviderState State, DateTimeOffset Since, ProviderFailure? LastFailure, DateTimeOffset? LastFailureAt, DateTimeOffset? RetryAt);

/// <summary>The last calls of a provider: retries count, calls that their caller left do not.</summary>
/// <param name="Seconds">How far it looks back at most.</param>
/// <param name="Calls">Calls that ended.</param>
/// <param name="Failures">Those that failed.</param>
/// <param name="FailuresByKind">The same by how they failed.</param>
/// <param name="FirstByte">Until streams began; null without any.</param>
/// <param name="Whole">From beginning to end of successful calls; null without any.</param>
public sealed record ProviderWindowDto(
    int Seconds,
    int Calls,
    int Failures,
    IReadOnlyDictionary<ProviderFailure, int> FailuresByKind,
    ProviderLatencyDto? FirstByte,
    ProviderLatencyDto? Whole);

/// <summary>How long calls took, in milliseconds.</summary>
/// <param name="P50">Half of them took no longer.</param>
/// <param name="P95">All but one in twenty took no longer.</param>
public sealed record ProviderLatencyDto(double P50, double P95)
{
    /// <summary>Of the given times; null when there are none.</summary>
    public static ProviderLatencyDto? Of(IEnumerable<TimeSpan> times)
    {
        var sorted = times.Order().ToList();
        return sorted.Count == 0 ? null : new ProviderLatencyDto(At(sorted, 0.50), At(sorted, 0.95));
    }

    // The nearest rank: a value that was measured.
    private static double At(List<TimeSpan> sorted, double share) =>
        Math.Round(sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Count) - 1)].TotalMilliseconds, 2);
}
