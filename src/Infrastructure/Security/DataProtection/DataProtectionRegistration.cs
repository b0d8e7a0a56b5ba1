using CleanLlm.Infrastructure.Persistence.Keys;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Infrastructure.Security.DataProtection;

/// <summary>Registers the protection of short-lived values that a browser carries; never that of content.</summary>
internal static class DataProtectionRegistration
{
    private const string ApplicationName = "CleanLlm";

    /// <summary>One key ring for all instances on a database.</summary>
    public static IServiceCollection AddSharedDataProtection(this IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName(ApplicationName);
        services.AddSingleton<KeyRingRepository>();
        services.AddSingleton<KeyRingEncryptor>();
        services.AddOptions<KeyManagementOptions>().Configure<KeyRingRepository, KeyRingEncryptor>(static (options, repository, encryptor) =>
            (options.XmlRepository, options.XmlEncryptor) = (repository, encryptor));
        return services;
    }
}
