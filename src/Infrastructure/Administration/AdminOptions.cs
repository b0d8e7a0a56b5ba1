using CleanLlm.Application.Settings;

namespace CleanLlm.Infrastructure.Administration;

/// <summary>Section <c>Admin</c>: an account that is an admin after every start. There is none by default.</summary>
internal sealed class AdminOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Admin";

    /// <summary>The address of the account; absent for no such account.</summary>
    public string? Email { get; init; }

    /// <summary>Its password when it is made; one that exists keeps its own. Bound by the usual rules, and in Production no placeholder.</summary>
    [Secret]
    public string? Password { get; init; }
}
