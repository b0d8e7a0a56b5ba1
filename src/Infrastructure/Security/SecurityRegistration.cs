using CleanLlm.Application.Security;
using CleanLlm.Application.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Security;

/// <summary>Registers the encryption of keys.</summary>
internal static class SecurityRegistration
{
    /// <summary><see cref="KeyWrap"/> and the keys it needs; without valid ones the program does not start.</summary>
    public static IServiceCollection AddKeyWrap(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<EncryptionOptions>(configuration, EncryptionOptions.Section);
        services.AddSingleton<IPostConfigureOptions<EncryptionOptions>, DevelopmentKeys>();
        services.AddSingleton<IPostConfigureOptions<EncryptionOptions>, KeyFiles>();
        services.AddSingleton<IValidateOptions<EncryptionOptions>, EncryptionOptionsValidator>();
        services.AddSingleton<KeyEncryptionKeys>();
        services.AddSingleton<EphemeralEncryptor>();
        services.AddSingleton<ConfiguredKeyWrap>();
        services.TryAddSingleton<IDataKeyWrap>(provider => provider.GetRequiredService<ConfiguredKeyWrap>());
        return services.AddSingleton<KeyWrap>();
    }
}
