using System.Security.Claims;
using CleanLlm.Application.Accounts;
using CleanLlm.Domain.Users;
using Microsoft.AspNetCore.Authorization;
using Microsoft.IdentityModel.JsonWebTokens;

namespace CleanLlm.WebApi.Authentication;

/// <summary>Lets admins through: whoever has a token that says so, as long as it is still true.</summary>
internal sealed class AdminPolicy(IAccessStates access) : AuthorizationHandler<AdminPolicy.Requirement>
{
    /// <summary>The policy's name.</summary>
    public const string Name = "admin";

    private const string RoleClaim = "role";
    private const string AdminRole = "admin";

    /// <summary>Adds the policy.</summary>
    public static void AddTo(IServiceCollection services)
    {
        services.AddSingleton<IAuthorizationHandler, AdminPolicy>();
        services.AddAuthorizationBuilder().AddPolicy(
            Name, policy => policy.RequireAuthenticatedUser().RequireClaim(RoleClaim, AdminRole).AddRequirements(new Requirement()));
    }

    // A token is older than the role it names: somebody who was an admin when it was made may not be one any more.
    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, Requirement requirement)
    {
        if (Guid.TryParse(context.User.FindFirstValue(JwtRegisteredClaimNames.Sub), out var id)
            && await access.OfUserAsync(new UserId(id), CancellationToken.None) is { Role: UserRole.Admin })
            context.Succeed(requirement);
    }

    /// <summary>To be an admin now.</summary>
    internal sealed class Requirement : IAuthorizationRequirement;
}
