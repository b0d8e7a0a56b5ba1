namespace CleanLlm.Domain.Results;

/// <summary>An expected failure: a value, not an exception.</summary>
/// <param name="Kind">The kind of failure.</param>
/// <param name="Code">Stable, dotted name that front ends may branch on, e.g. <c>quota.exceeded</c>.</param>
/// <param name="Detail">One sentence for a person; never holds prompts, answers or secrets.</param>
public sealed record Error(ErrorKind Kind, string Code, string Detail)
{
    /// <summary>Validation messages by field, in camelCase; empty unless <see cref="Kind"/> is <see cref="ErrorKind.Invalid"/>.</summary>
    public IReadOnlyDictionary<string, string[]> Fields { get; init; } = new Dictionary<string, string[]>(StringComparer.Ordinal);

    /// <summary>The limit that was hit, when <see cref="Kind"/> is <see cref="ErrorKind.LimitExceeded"/>.</summary>
    public LimitHit? Limit { get; init; }

    /// <summary>How long the caller should wait before a retry can succeed; null when a retry is not advised.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The completion that stands in the way, when <see cref="Code"/> is <c>chat.busy</c>; else null.</summary>
    public Guid? CompletionId { get; init; }

    /// <summary>A rule broken by the named field.</summary>
    public static Error Invalid(string field, string message) =>
        Invalid(new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [message] });

    /// <summary>Rules broken by several fields.</summary>
    public static Error Invalid(IReadOnlyDictionary<string, string[]> fields) =>
        new(ErrorKind.Invalid, "validation.failed", "One or more values are not acceptable.") { Fields = fields };
}

/// <summary>Which limit refused a request.</summary>
/// <param name="Metric">What is counted, e.g. <c>tokens</c>.</param>
/// <param name="Window">Over what time, e.g. <c>day</c>.</param>
/// <param name="Limit">The amount allowed in the window.</param>
/// <param name="ResetsAt">When the window starts anew.</param>
public sealed record LimitHit(string Metric, string Window, long Limit, DateTimeOffset ResetsAt);
