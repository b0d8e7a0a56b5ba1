namespace CleanLlm.Domain.Sessions;

/// <summary>How long a session may live.</summary>
/// <param name="Absolute">From its opening, however much it is used.</param>
/// <param name="Idle">From its last use.</param>
public readonly record struct SessionLifetime(TimeSpan Absolute, TimeSpan Idle);
