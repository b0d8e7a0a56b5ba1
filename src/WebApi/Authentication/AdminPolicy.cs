namespace CleanLlm.WebApi.Authentication;

/// <summary>
/// Lets admins through. The claim is no older than a few seconds: authentication puts what holds now in the place of what the
/// token says, and gives an API key no role at all.
/// </summary>
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
