using System.Text;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;

namespace CleanLlm.Domain.Users;

/// <summary>A person with an account. Passwords and other credentials live apart from it.</summary>
public sealed class User
{
    /// <summary>The longest display name, in characters.</summary>
    public const int DisplayNameMaxLength = 100;

    /// <summary>The longest e-mail address, in characters (RFC 5321, 4.5.3.1.3: a path of 256 with its brackets).</summary>
    public const int EmailMaxLength = 254;

    private User()
    {
    }

    /// <summary>Identifies the user.</summary>
    public UserId Id { get; private set; }

    /// <summary>The address they sign in with, as they wrote it.</summary>
    public string Email { get; private set; } = "";

    /// <summary>What they want to be called.</summary>
    public string? DisplayName { get; private set; }

    /// <summary>What they may do.</summary>
    public UserRole Role { get; private set; }

    /// <summary>Whether the address was proved to be theirs.</summary>
    public bool EmailConfirmed { get; private set; }

    /// <summary>A disabled user can neither sign in nor use a token.</summary>
    public bool Disabled { get; private set; }

    /// <summary>The plan assigned to them; null means the default plan.</summary>
    public PlanId? PlanId { get; private set; }

    /// <summary>When the account was made.</summary>
    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>A new account with the role <see cref="UserRole.User"/>.</summary>
    public static Result<User> Register(string email, string? displayName, DateTimeOffset now)
    {
        email = email.Trim();
        if (!IsEmail(email))
            return Error.Invalid("email", "Must be an e-mail address of at most 254 characters.");

        var user = new User { Id = UserId.New(now), Email = email, Role = UserRole.User, CreatedAt = now };
        return user.Rename(displayName);
    }

    /// <summary>Changes the display name; blank removes it.</summary>
    public Result<User> Rename(string? displayName)
    {
        displayName = string.IsNullOrWhiteSpace(displayName) ? null : displayName.Trim();
        if (!IsDisplayName(displayName))
            return Error.Invalid("displayName", $"At most {DisplayNameMaxLength} characters, none of them a control character.");

        DisplayName = displayName;
        return this;
    }

    /// <summary>The address was proved to be theirs.</summary>
    public void ConfirmEmail() => EmailConfirmed = true;

    /// <summary>Gives them another role.</summary>
    public void ChangeRole(UserRole role) => Role = role;

    /// <summary>Locks them out, or lets them in again.</summary>
    public void SetDisabled(bool disabled) => Disabled = disabled;

    /// <summary>Assigns a plan; null means the default plan.</summary>
    public void AssignPlan(PlanId? plan) => PlanId = plan;

    /// <summary>Short enough and free of control characters; none at all is fine.</summary>
    public static bool IsDisplayName(string? text) => text is null || (text.Length <= DisplayNameMaxLength && !text.Any(char.IsControl));

    /// <summary>One @ with something on both sides, no white space, control characters or noncharacters: the mail server knows the rest.</summary>
    public static bool IsEmail(string? text) =>
        text is { Length: > 2 and <= EmailMaxLength }
        && text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at
        && at == text.LastIndexOf('@')
        && at < text.Length - 1
        && !text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))
        && text.EnumerateRunes().All(IsCharacter);

    // Half a surrogate pair is read as U+FFFD; what Unicode calls noncharacters cannot be normalised, and nobody's address has them.
    private static bool IsCharacter(Rune rune) =>
        rune.Value != Rune.ReplacementChar.Value && (rune.Value & 0xFFFE) != 0xFFFE && rune.Value is not (>= 0xFDD0 and <= 0xFDEF);
}
