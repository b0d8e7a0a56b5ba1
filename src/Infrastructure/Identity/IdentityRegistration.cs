using CleanLlm.Application.Accounts;
using CleanLlm.Application.Callers;
using CleanLlm.Application.Settings;
using CleanLlm.Infrastructure.Administration;
using CleanLlm.Infrastructure.Persistence;
using CleanLlm.Infrastructure.Persistence.Access;
using CleanLlm.Infrastructure.Persistence.Registration;
using CleanLlm.Infrastructure.Security;
using CleanLlm.Infrastructure.Security.Hashing;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Identity;

/// <summary>Registers accounts, sessions and access tokens.</summary>
internal static class IdentityRegistration
{
    // OWASP's figure for PBKDF2 with SHA-512; Identity's own default is below half of it.
    private const int PasswordIterations = 210_000;

    /// <summary>The ports of <c>Application/Accounts</c> except those of the request, and the validation of access tokens.</summary>
    public static IServiceCollection AddIdentityInfrastructure(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<AuthOptions>(configuration, AuthOptions.Section);
        services.AddKeyWrap(configuration);
        services.TryAddSingleton(TimeProvider.System);
        AddPasswords(services, configuration);

        services.AddSingleton<SigningKeyRing>();
        services.AddSingleton<VerifiedTokens>();
        services.AddSingleton<IPublicKeys>(provider => provider.GetRequiredService<SigningKeyRing>());
        services.AddSingleton<ITokenIssuer, AccessTokenIssuer>();
        services.AddSingleton<IConfigureOptions<JwtBearerOptions>, AccessTokenValidation>();

        services.AddSingleton<IApiKeyAuthenticator, ApiKeyAuthenticator>();
        if (configuration.GetConnectionString("Redis") is { Length: > 0 })
        {
            services.AddSingleton<RedisAccessBroadcast>();
            services.AddSingleton<IAccessBroadcast>(provider => provider.GetRequiredService<RedisAccessBroadcast>());
            services.AddHostedService(provider => provider.GetRequiredService<RedisAccessBroadcast>());
        }

        services.AddHostedService<IdentityStartup>();
        services.AddAdministration(configuration);
        return services.AddHostedService<SigningKeyRotation>();
    }

    private static void AddPasswords(IServiceCollection services, IConfiguration configuration)
    {
        services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = PasswordIterations);
        services.AddIdentityCore<UserCredential>(identity =>
        {
            identity.User.RequireUniqueEmail = true;
            identity.User.AllowedUserNameCharacters = "";
            identity.Password = new PasswordOptions
            {
                RequiredLength = AccountRules.PasswordMinLength,
                RequiredUniqueChars = 1,
                RequireDigit = false,
                RequireLowercase = false,
                RequireUppercase = false,
                RequireNonAlphanumeric = false,
            };
        }).AddStores();
        // Stateless, and the decoy keeps one for its lifetime.
        services.Replace(ServiceDescriptor.Singleton<IPasswordHasher<UserCredential>, PasswordHasher<UserCredential>>());
        services.AddSingleton<PasswordDecoy>();
        services.AddSettings<HashingOptions>(configuration, HashingOptions.Section);
        services.AddSingleton<HashingGate>();
        services.AddSingleton<HashingPace>();
    }
}
