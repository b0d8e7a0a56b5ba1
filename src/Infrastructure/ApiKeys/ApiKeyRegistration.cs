using CleanLlm.Application.ApiKeys;
using CleanLlm.Application.Callers;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Infrastructure.ApiKeys;

/// <summary>Registers API keys.</summary>
internal static class ApiKeyRegistration
{
    /// <summary>The ports of <c>Application/ApiKeys</c> but those of the request.</summary>
    public static IServiceCollection AddApiKeys(this IServiceCollection services)
    {
        services.AddScoped<IApiKeyRepository, ApiKeyRepository>();
        services.AddSingleton<ApiKeyStates>();
        services.AddSingleton<ApiKeyUses>();
        services.AddHostedService(provider => provider.GetRequiredService<ApiKeyUses>());
        return services.AddSingleton<IApiKeyAuthenticator, ApiKeyAuthenticator>();
    }
}
