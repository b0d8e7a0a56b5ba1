using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Users;

namespace CleanLlm.Application.Administration;

/// <summary>A user as admins see them.</summary>
public sealed record AdminUserDto
{
    /// <summary>Identifies the user.</summary>
    public required UserId Id { get; init; }

    /// <summary>The address they sign in with, its domain in lower case and in ASCII.</summary>
    public required string Email { get; init; }

    /// <summary>What they want to be called; null when they did not say.</summary>
    public required string? DisplayName { get; init; }

    /// <summary>What they may do.</summary>
    public required UserRole Role { get; init; }

    /// <summary>Whether the address was proved to be theirs.</summary>
    public required bool EmailConfirmed { get; init; }

    /// <summary>Whether they are locked out.</summary>
    public required bool Disabled { get; init; }

    /// <summary>The plan of their own; null for the default plan.</summary>
    public required PlanId? PlanId { get; init; }

    /// <summary>The name of the plan that holds for them, their own or the default one.</summary>
    public required string? Plan { get; init; }

    /// <summary>Whether signing in asks for a second factor.</summary>
    public required bool TwoFactorEnabled { get; init; }

    /// <summary>When the account was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When they last signed in; null when they never did. A refresh of tokens does not count.</summary>
    public required DateTimeOffset? LastSignInAt { get; init; }
}
