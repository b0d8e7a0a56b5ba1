using CleanLlm.Application.ApiKeys;
using CleanLlm.Domain.ApiKeys;
using Microsoft.AspNetCore.Authorization;

namespace CleanLlm.WebApi.Authentication;

/// <summary>Says on an endpoint which scope of an API key opens it. Without it no key does.</summary>
/// <param name="Scope">One scope.</param>
internal sealed record KeyScope(ApiKeyScopes Scope);

/// <summary>A caller with an API key may only go where one of its scopes allows it.</summary>
internal sealed class KeyScopeRequirement : AuthorizationHandler<KeyScopeRequirement>, IAuthorizationRequirement
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, KeyScopeRequirement requirement)
    {
        if (context.Resource is HttpContext http && Allows(http.Features.Get<ApiKeyAccess>(), http.GetEndpoint()?.Metadata.GetMetadata<KeyScope>()))
            context.Succeed(requirement);
        return Task.CompletedTask;
    }

    private static bool Allows(ApiKeyAccess? key, KeyScope? wanted) =>
        key is null || (wanted is not null && key.Scopes.HasFlag(wanted.Scope));
}

/// <summary>Opens endpoints to API keys.</summary>
internal static class KeyScopeConventions
{
    /// <summary>Lets callers in whose API key has the scope.</summary>
    public static TBuilder AllowKeys<TBuilder>(this TBuilder endpoint, ApiKeyScopes scope)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new KeyScope(scope));
}
