using CleanLlm.Application.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Administration;

/// <summary>Registers the first admin.</summary>
internal static class AdministrationRegistration
{
    /// <summary>Makes the admin that the configuration names.</summary>
    public static IServiceCollection AddAdministration(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<AdminOptions>(configuration, AdminOptions.Section);
        services.AddSingleton<IValidateOptions<AdminOptions>, AdminOptionsValidator>();
        return services.AddHostedService<FirstAdminStartup>();
    }
}
