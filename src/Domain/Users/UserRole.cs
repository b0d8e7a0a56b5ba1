namespace CleanLlm.Domain.Users;

/// <summary>What a user may do beyond their own data.</summary>
public enum UserRole
{
    /// <summary>Their own chats, completions and account.</summary>
    User = 1,

    /// <summary>Also the administration calls.</summary>
    Admin = 2,
}
