using CleanLlm.Application.Accounts.External;
using CleanLlm.Application.Settings;
using CleanLlm.Infrastructure.Security.DataProtection;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Identity.External;

/// <summary>Registers signing in at other providers.</summary>
internal static class ExternalSignInRegistration
{
    /// <summary>A scheme for each configured provider, and the ports of <c>Application/Accounts/External</c>.</summary>
    public static IServiceCollection AddExternalSignIn(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<ExternalSignInOptions>(configuration, ExternalSignInOptions.Section);
        services.AddSingleton<IValidateOptions<ExternalSignInOptions>, ExternalSignInOptionsValidator>();
        services.AddSingleton<IConfigureOptions<OpenIdConnectOptions>, OpenIdConnectSetup>();
        services.AddSingleton<IConfigureOptions<OAuthOptions>, OAuth2Setup>();
        services.AddSharedDataProtection();

        var authentication = services.AddAuthentication();
        var providers = configuration.ReadSettings<ExternalSignInOptions>(ExternalSignInOptions.Section).External;
        // Names that are bad or given twice stop the start a little later, with a better message.
        foreach (var provider in providers.DistinctBy(provider => provider.Name, StringComparer.Ordinal))
            authentication.AddProvider(provider);

        services.AddScoped<ExternalOutcome>();
        services.AddScoped<OpenIdConnectOutcome>();
        services.AddScoped<OAuth2Outcome>();
        return services.AddSingleton<IExternalProviders, ExternalProviders>();
    }

    private static void AddProvider(this AuthenticationBuilder authentication, ExternalProviderOptions provider)
    {
        if (provider.Kind == ExternalProviderKind.Oidc)
            authentication.AddOpenIdConnect(provider.Scheme, provider.DisplayName, static _ => { });
        else
            authentication.AddOAuth(provider.Scheme, provider.DisplayName ?? provider.Name, static _ => { });
    }
}
