using CleanLlm.Application.Accounts;
using CleanLlm.Application.Administration;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Settings;
using CleanLlm.Infrastructure.Audit;
using CleanLlm.Infrastructure.Identity;
using CleanLlm.Infrastructure.Persistence.Erasures;
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
        services.AddSettings<AdminOptions>(configuration, AdminOptions.Section);
        services.AddSingleton<IValidateOptions<AdminOptions>, AdminOptionsValidator>();
        services.AddScoped<FirstAdmin>();
        services.AddHostedService<FirstAdminStartup>();

        services.AddScoped<IUserDirectory, UserDirectory>();
        services.AddScoped<IPlanRepository, PlanRepository>();
        services.AddScoped<IQuotaAdjustments, QuotaAdjustments>();
        services.AddScoped<IAuditLog, AuditLog>();
        services.AddScoped<IAuditParties, AuditParties>();

        services.AddSingleton<ErasureSignal>();
        services.AddSingleton<ErasureBatches>();
        services.AddHostedService<ErasureSweep>();
        services.AddScoped<IAccountErasure, AccountErasure>();
        services.AddSingleton<PacedReading>();
        return services.AddSingleton<IAccountExport, AccountExport>();
    }
}
