namespace CleanLlm.WebApi.Authentication;

/// <summary>Lets admins through: those whose role, as it is now, says so. API keys have none.</summary>
internal static class AdminPolicy
{
    /// <summary>The policy's name.</summary>
    public const string Name = "admin";

    private const string RoleClaim = "role";
    private const string AdminRole = "admin";

    /// <summary>Adds the policy.</summary>
    public static void AddTo(IServiceCollection services) => services.AddAuthorizationBuilder()
        .AddPolicy(Name, policy => policy.RequireAuthenticatedUser().RequireClaim(RoleClaim, AdminRole));
}
