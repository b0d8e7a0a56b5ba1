namespace CleanLlm.Application.RateLimiting;

/// <summary>One bucket of permits.</summary>
/// <param name="Limit">Which limit.</param>
/// <param name="Key">What is limited, such as an address or an account; kept only as long as the limit needs it.</param>
public readonly record struct RateBucket(RateLimit Limit, string Key);

/// <summary>Which of several buckets refused a permit.</summary>
/// <param name="Index">Its place among those asked for; of several that refuse, the one with the longest wait.</param>
/// <param name="Wait">How long until each of them has a permit, if no other request takes it.</param>
public readonly record struct RateRefusal(int Index, TimeSpan Wait);
