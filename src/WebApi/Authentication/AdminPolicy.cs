using CleanLlm.WebApi.Http;

namespace CleanLlm.WebApi.Authentication;

/// <summary>
/// Lets admins through. The claim is no older than a few seconds: authentication replaces the role in the
/// token by the present one, and gives an API key no role at all.
/// </summary>
internal static class AdminPolicy
{
    private const string Name = "admin";
    private const string RoleClaim = "role";
    private const string AdminRole = "admin";

    private static readonly AccessNeed Need = new($"This needs the role '{AdminRole}', which is given to users and not to API keys.");

    /// <summary>Adds the policy.</summary>
    public static void AddTo(IServiceCollection services) => services.AddAuthorizationBuilder()
        .AddPolicy(Name, policy => policy.RequireAuthenticatedUser().RequireClaim(RoleClaim, AdminRole));

    /// <summary>Opens endpoints to admins alone.</summary>
    public static TBuilder RequireAdmin<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.RequireAuthorization(Name).WithMetadata(Need);
}
