using CleanLlm.Application.Accounts.External;
using CleanLlm.Application.Callers;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;

namespace CleanLlm.WebApi.Authentication;

/// <summary>Registers how callers are known.</summary>
internal static class AuthenticationRegistration
{
    /// <summary>Bearer tokens as Infrastructure says they must be, and the caller for the use cases.</summary>
    public static IServiceCollection AddCleanLlmAuthentication(this IServiceCollection services)
    {
        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme)
            .AddJwtBearer(bearer => bearer.ForwardDefaultSelector = ApiKeyAuthentication.Select)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, configureOptions: null);
        services.AddAuthorizationBuilder().SetDefaultPolicy(
            new AuthorizationPolicyBuilder().RequireAuthenticatedUser().AddRequirements(new KeyScopeRequirement()).Build());
        AdminPolicy.AddTo(services);
        services.AddSingleton<CallerAccess>();
        services.AddHttpContextAccessor();
        services.AddSingleton<ICurrentUser, CurrentUser>();
        services.AddSingleton<ICurrentClient, CurrentUser>();
        services.AddScoped<IExternalSignInAnswers, ExternalSignInAnswers>();
        services.AddSingleton<ICurrentPayer, CurrentUser>();
        services.AddSingleton<ICurrentApiKey, CurrentUser>();
        return services.AddSingleton<ICurrentSession, CurrentUser>();
    }
}
