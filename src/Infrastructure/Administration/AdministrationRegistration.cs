using CleanLlm.Application.Accounts;
using CleanLlm.Application.Administration;
using CleanLlm.Application.Audit;
using CleanLlm.Infrastructure.Audit;
using CleanLlm.Infrastructure.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Administration;

/// <summary>Registers administration, the reading of the audit log, and what users may ask for as owners of their data.</summary>
internal static class AdministrationRegistration
{
    /// <summary>The ports of <c>Application/Administration</c>, the first admin, export and erasure.</summary>
    public static IServiceCollection AddAdministration(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AdminOptions>().Bind(configuration.GetSection(AdminOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AdminOptions>, AdminOptionsValidator>();
        services.AddScoped<FirstAdmin>();
        services.AddHostedService<FirstAdminStartup>();

        services.AddScoped<IUserDirectory, UserDirectory>();
        services.AddScoped<IPlanRepository, PlanRepository>();
        services.AddScoped<IQuotaAdjustments, QuotaAdjustments>();
        services.AddScoped<IAuditLog, AuditLog>();

        services.AddScoped<AccountRemains>();
        services.AddHostedService<ErasureAftercare>();
        services.AddScoped<IAccountErasure, AccountErasure>();
        return services.AddSingleton<IAccountExport, AccountExport>();
    }
}
