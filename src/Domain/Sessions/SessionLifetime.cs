namespace CleanLlm.Domain.Sessions;

/// <summary>How long a session may live.</summary>
/// <param name="Absolute">From its opening, however often it is used.</param>
/// <param name="Idle">From its last use.</param>
/// <param name="Retry">How long a spent refresh token gives the same successor again, while that is unused; zero for never.</param>
public readonly record struct SessionLifetime(TimeSpan Absolute, TimeSpan Idle, TimeSpan Retry);
