using CleanLlm.Application.Accounts;
using Microsoft.AspNetCore.Authentication.JwtBearer;

namespace CleanLlm.WebApi.Authentication;

/// <summary>Registers how callers are known.</summary>
internal static class AuthenticationRegistration
{
    /// <summary>Bearer tokens as Infrastructure says they must be, and the caller for the use cases.</summary>
    public static IServiceCollection AddCleanLlmAuthentication(this IServiceCollection services)
    {
        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        services.AddAuthorization();
        AdminPolicy.AddTo(services);
        services.AddHttpContextAccessor();
        services.AddSingleton<ICurrentUser, CurrentUser>();
        services.AddSingleton<ICurrentClient, CurrentUser>();
        return services.AddSingleton<ICurrentSession, CurrentUser>();
    }
}
