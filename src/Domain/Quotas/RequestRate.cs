namespace CleanLlm.Domain.Quotas;

/// <summary>How many requests of a class a user may send: so many at once, which grow back evenly within a minute.</summary>
/// <param name="Class">Which requests.</param>
/// <param name="PerMinute">Of all sessions and API keys of the user together, 1 to <see cref="MaxPerMinute"/>.</param>
/// <param name="PerMinuteOfKey">Of each single API key, 1 to <paramref name="PerMinute"/>; null for no rate of its own.</param>
public sealed record RequestRate(RequestClass Class, int PerMinute, int? PerMinuteOfKey = null)
{
    /// <summary>The largest rate.</summary>
    public const int MaxPerMinute = 1_000_000;

    /// <summary>Whether the figures are within their bounds.</summary>
    public bool IsValid =>
        Enum.IsDefined(Class) && PerMinute is >= 1 and <= MaxPerMinute && (PerMinuteOfKey is null || (PerMinuteOfKey >= 1 && PerMinuteOfKey <= PerMinute));
}
