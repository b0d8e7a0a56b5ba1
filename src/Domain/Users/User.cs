using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;

namespace CleanLlm.Domain.Users;

/// <summary>A person with an account. Passwords and other credentials live apart from it.</summary>
public sealed class User
{
    /// <summary>The longest display name, in characters.</summary>
    public const int DisplayNameMaxLength = 100;

    private User()
    {
    }

    /// <summary>Identifies the user.</summary>
    public UserId Id { get; private set; }

    /// <summary>The address they sign in with, see <see cref="EmailAddress.Value"/>; of older accounts as it was typed.</summary>
    public string Email { get; private set; } = "";

    /// <summary>The same address, to look them up and to count by.</summary>
    public EmailAddress Address => EmailAddress.OfAccount(Email)!;

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

    /// <summary>When they last signed in, in any way; null when they never did. A refresh of tokens does not count.</summary>
    public DateTimeOffset? LastSignInAt { get; private set; }

    /// <summary>When the account was ended, which is final; null while it exists. To every caller an ended account is absent.</summary>
    public DateTimeOffset? ErasedAt { get; private set; }

    /// <summary>A new account with the role <see cref="UserRole.User"/>.</summary>
    public static Result<User> Register(string email, string? displayName, DateTimeOffset now)
    {
        if (EmailAddress.Of(email) is not { } address)
            return Error.Invalid("email", $"Must be an e-mail address of at most {EmailAddress.MaxLength} characters.");

        var user = new User { Id = UserId.New(now), Email = address.Value, Role = UserRole.User, CreatedAt = now };
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

    /// <summary>They signed in.</summary>
    public void SignIn(DateTimeOffset now) => LastSignInAt = now;

    /// <summary>Gives them another role.</summary>
    public void ChangeRole(UserRole role) => Role = role;

    /// <summary>Locks them out, or lets them in again.</summary>
    public void SetDisabled(bool disabled) => Disabled = disabled;

    /// <summary>Assigns a plan; null means the default plan.</summary>
    public void AssignPlan(PlanId? plan) => PlanId = plan;

    /// <summary>Whether they can administer now.</summary>
    public bool IsActiveAdmin => Role == UserRole.Admin && !Disabled;

    /// <summary>Whether an admin remains who is not disabled, with this user as it is now.</summary>
    /// <param name="others">How many other admins are not disabled, read under the lock of such changes.</param>
    /// <returns>Null; or <see cref="AdminErrors.LastAdmin"/>.</returns>
    public Error? CheckAdmins(int others) => IsActiveAdmin || others > 0 ? null : AdminErrors.LastAdmin;

    /// <summary>Whether an admin remains who is not disabled, without this user.</summary>
    /// <param name="others">As above.</param>
    /// <returns>Null; or <see cref="AdminErrors.LastAdmin"/>.</returns>
    public Error? CheckErasure(int others) => IsActiveAdmin && others == 0 ? AdminErrors.LastAdmin : null;

    /// <summary>Ends the account, which is final: nothing stays here that identifies its owner, and it has no rights.</summary>
    public void Erase(DateTimeOffset now)
    {
        (Email, DisplayName, EmailConfirmed) = ("", null, false);
        (Role, PlanId, Disabled, LastSignInAt) = (UserRole.User, null, true, null);
        ErasedAt = now;
    }

    /// <summary>Short enough and free of control characters; null is valid too.</summary>
    public static bool IsDisplayName(string? text) => text is null || (text.Length <= DisplayNameMaxLength && !text.Any(char.IsControl));
}
