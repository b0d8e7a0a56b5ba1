namespace CleanLlm.Domain.Sessions;

/// <summary>The outcome of presenting a refresh token.</summary>
public enum Rotation
{
    /// <summary>The token is unknown, expired or its session is revoked; nothing changed.</summary>
    Refused,

    /// <summary>The token was spent and the new one took its place.</summary>
    Rotated,

    /// <summary>A retry of a rotation whose answer may have been lost: the successor made then holds, and nothing changed.</summary>
    Repeated,

    /// <summary>The token had been spent before, so an attacker may hold its successor: the whole session was revoked.</summary>
    Reused,
}
