using CleanLlm.Application.ApiKeys;
using CleanLlm.Application.Callers;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.WebApi.Http;
using Microsoft.AspNetCore.Authorization;

namespace CleanLlm.WebApi.Authentication;

/// <summary>Says on an endpoint which scopes of an API key open it. Without it no key does.</summary>
/// <param name="AnyOf">Scopes of which one is enough.</param>
internal sealed record KeyScope(ApiKeyScopes AnyOf);

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
        key is null || (wanted is not null && (key.Scopes & wanted.AnyOf) != ApiKeyScopes.None);
}

/// <summary>Opens endpoints to API keys.</summary>
internal static class KeyScopeConventions
{
    /// <summary>Admits callers whose API key has the scope, or one of several.</summary>
    public static TBuilder AllowKeys<TBuilder>(this TBuilder endpoint, ApiKeyScopes anyOf)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new KeyScope(anyOf), NeedOf(anyOf));

    private static AccessNeed NeedOf(ApiKeyScopes anyOf) =>
        new($"This needs an API key with the scope {string.Join(" or ", ApiKeyScopeNames.Of(anyOf).Select(scope => $"'{scope}'"))}, or an access token.");
}
